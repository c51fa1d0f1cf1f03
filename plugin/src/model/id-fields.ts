import { type DescExtension, type DescField, getOption } from "@bufbuild/protobuf";
import { entity_id } from "@sessionstream/proto/sessionstream/v1/options_pb.js";
import { locationOf } from "./location.js";
import type { IdField } from "./model.js";

/** The fields among these that are marked as the id of an entity. */
export function idFieldsIn(fields: readonly (DescField | DescExtension)[]): readonly IdField[] {
  return fields
    .filter((field) => field.proto.options !== undefined && getOption(field, entity_id))
    .map((field) => ({ field, location: locationOf(field, entity_id) }));
}
