import { create, type DescMessage } from "@bufbuild/protobuf";
import { memo } from "../../base/memo.js";

/** A message in which nothing is set, not to be changed: it says what its fields then are. */
export const freshOf: (schema: DescMessage) => Readonly<Record<string, unknown>> = /* @__PURE__ */ memo(
  (schema) => create(schema) as unknown as Readonly<Record<string, unknown>>,
);
