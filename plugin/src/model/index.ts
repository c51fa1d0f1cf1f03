export { aKind, type Kind, kinds, kindTitles } from "./kind.js";
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
} from "./model.js";
export { deriveName, isFeatureName, isLogicalName } from "./names.js";
export { optionPlaceOf, type Place, placeOf } from "./place.js";
export { readModel } from "./read.js";
export { commentsAt, commentsOf, formatPlace, type Position, positionOf } from "./source.js";
