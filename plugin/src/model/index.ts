export { aKind, type Kind, kinds, kindTitles } from "../naming/kind.js";
export { declaredAt } from "./declared-at.js";
export { formatLocation, type Location } from "./location.js";
export { visibleMessages } from "./messages.js";
export type {
  BindingMark,
  FeatureMark,
  Flow,
  IdField,
  LogicalName,
  Mark,
  MessageReference,
  NamedMark,
  NameReference,
  RejectionMark,
  RetryMark,
  SchemaFile,
  SchemaModel,
} from "./model.js";
export { readModel } from "./read-model.js";
export { retiredAt } from "./retired-at.js";
export { commentsOf } from "./source-info.js";
