export { aKind, type Kind, kinds, kindTitles } from "../naming/kind.js";
export { visibleMessages } from "./messages.js";
export type {
  BindingMark,
  FeatureMark,
  Flow,
  IdField,
  LogicalName,
  Mark,
  NamedMark,
  SchemaFile,
  SchemaModel,
  SuccessorName,
} from "./model.js";
export type { Place } from "./place.js";
export { readModel } from "./read-model.js";
export { commentsOf, formatPlace, type Position, positionOf } from "./source.js";
