import type { DescExtension, DescField, DescFile, DescMessage } from "@bufbuild/protobuf";
import type { Kind } from "../naming/kind.js";
import type { Location } from "./location.js";

// The schema model: what annotated proto files say, as it is written. It holds
// what is wrong too; the vet rules say so.

/** All annotated files of a set. */
export interface SchemaModel {
  readonly files: readonly SchemaFile[];
  /** Who declares a logical name of a kind; more than one where a name is used twice. */
  readonly names: Readonly<Record<Kind, ReadonlyMap<string, readonly NamedMark[]>>>;
  /**
   * Whether the files are all there are. A protoc plugin may see only a part of
   * them; then a name that is not found may be declared elsewhere.
   */
  readonly complete: boolean;
}

/** A file with annotations. */
export interface SchemaFile {
  readonly desc: DescFile;
  readonly feature: FeatureMark | undefined;
  /** What the file marks: its own messages as they are declared, then bound ones. */
  readonly marks: readonly Mark[];
  readonly bindings: readonly BindingMark[];
  /** Every field of the file that is marked as the id of an entity. */
  readonly idFields: readonly IdField[];
}

/** `option (sessionstream.v1.feature)`. */
export interface FeatureMark {
  readonly name: string;
  readonly location: Location;
  readonly nameLocation: Location;
}

/** A message that is marked as one kind. */
export interface Mark {
  readonly kind: Kind;
  readonly message: DescMessage;
  readonly location: Location;
  /** The logical names; at least one. */
  readonly names: readonly LogicalName[];
  /** The flows that are declared; those that are not are free. */
  readonly flows: readonly Flow[];
  /** For an event: the version of what it means; 1 is the first. */
  readonly version: number;
  readonly versionLocation: Location;
  /** For an event that can no longer be published: the event that took its place. */
  readonly supersededBy: NameReference | undefined;
  /** For a timeline entity: the fields that are marked as its id; one where all is well. */
  readonly idFields: readonly IdField[];
  /** The binding that marks the message, where it is of another file. */
  readonly binding: BindingMark | undefined;
}

/** A logical name and where it is written, or the message's mark where it is derived. */
export interface LogicalName {
  readonly text: string;
  readonly location: Location;
  readonly derived: boolean;
}

/** The names that a command emits, or that an event is projected to. */
export interface Flow {
  readonly option: "emits" | "ui" | "timeline";
  /** The kind of what it names. */
  readonly to: Kind;
  readonly targets: readonly NameReference[];
}

/** A logical name that is referred to, and where that is written. */
export interface NameReference {
  readonly name: string;
  readonly location: Location;
}

/** A field that is marked as the id of an entity. */
export interface IdField {
  readonly field: DescField | DescExtension;
  readonly location: Location;
}

/** An element of `option (sessionstream.v1.bind)`. */
export interface BindingMark {
  readonly typeName: string;
  /** The message, or undefined where no imported file declares it. */
  readonly message: DescMessage | undefined;
  readonly kinds: readonly Kind[];
  /** The name of the id field; empty where none is written. */
  readonly entityId: string;
  readonly location: Location;
  readonly messageLocation: Location;
  readonly entityIdLocation: Location;
}

/** A logical name with the mark and the file that declare it. */
export interface NamedMark {
  readonly name: LogicalName;
  readonly mark: Mark;
  readonly file: SchemaFile;
}
