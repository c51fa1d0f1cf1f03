import { formatLocation, type SchemaModel } from "../../src/model/index.js";

/** Every logical name as `kind name <- message path:line:col`. */
export function declaredNames({ files }: SchemaModel): readonly string[] {
  return files.flatMap(({ marks }) =>
    marks.flatMap((mark) =>
      mark.names.map(
        ({ text, location }) => `${mark.kind} ${text} <- ${mark.message.typeName} ${formatLocation(location)}`,
      ),
    ),
  );
}
