import type { DescExtension, DescField, DescFile, DescMessage } from "@bufbuild/protobuf";
import type { Kind } from "../naming/kind.js";
import type { Location } from "./location.js";

// The schema model: what annotated proto files say, exactly as it is written. The
// model also contains mistakes. The vet rules find them.

/** All annotated files of a set. */
export interface SchemaModel {
  readonly files: readonly SchemaFile[];
  /** The marks that declare a logical name of a kind. There are several if a name is used twice. */
  readonly names: Readonly<Record<Kind, ReadonlyMap<string, readonly NamedMark[]>>>;
  /**
   * Whether these are all the files. A protoc plugin may see only some of them. Then
   * a name that is not found may be declared in another file.
   */
  readonly complete: boolean;
}

/** A file with annotations. */
export interface SchemaFile {
  readonly desc: DescFile;
  readonly feature: FeatureMark | undefined;
  /** The marks of the file: on its own messages in the order of their declarations, then on bound messages. */
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
  /** Events that the feature had earlier, and that may be passed over in logs. */
  readonly retired: readonly NameReference[];
  /** The version of the timeline projection. 1 if the feature does not say it. */
  readonly timelineVersion: number;
  readonly timelineVersionLocation: Location;
}

/** A message that is marked as one kind. */
export interface Mark {
  readonly kind: Kind;
  readonly message: DescMessage;
  readonly location: Location;
  /** The logical names. There is at least one. */
  readonly names: readonly LogicalName[];
  /** The declared flows. A flow that is not declared allows everything. */
  readonly flows: readonly Flow[];
  /** What a command is rejected with. A command that declares nothing may be rejected with any code. */
  readonly rejections: readonly RejectionMark[];
  /** For an event: the version of its meaning. The first version is 1. */
  readonly version: number;
  readonly versionLocation: Location;
  /** For a superseded event, which nobody can publish: the event that replaced it. */
  readonly supersededBy: NameReference | undefined;
  /** For a run: how a failed attempt is tried again. Undefined for other kinds. */
  readonly retry: RetryMark | undefined;
  /** For a timeline entity: the fields that are marked as its id. A correct entity has one. */
  readonly idFields: readonly IdField[];
  /** The binding that marks the message. Undefined for a message of the file itself. */
  readonly binding: BindingMark | undefined;
}

/** A logical name and its location. A derived name has the location of the message's mark. */
export interface LogicalName {
  readonly text: string;
  readonly location: Location;
  readonly derived: boolean;
}

/** The names that a command or a run emits, or that an event is projected to. */
export interface Flow {
  readonly option: "emits" | "ui" | "timeline";
  /** The kind of the names. */
  readonly to: Kind;
  readonly targets: readonly NameReference[];
}

/** A reference to a logical name, and the location of the reference. */
export interface NameReference {
  readonly name: string;
  readonly location: Location;
}

/** How a failed attempt of a run is tried again. */
export interface RetryMark {
  /** How often. 0 if the run does not say it. */
  readonly retries: number;
  readonly retriesLocation: Location;
  /** After how many milliseconds. Undefined if the run does not say it. */
  readonly after: number | undefined;
  readonly afterLocation: Location;
}

/** An element of `rejects` of a command. */
export interface RejectionMark {
  readonly code: string;
  readonly codeLocation: Location;
  /** The type of the detail. Undefined if the rejection has none. */
  readonly detail: MessageReference | undefined;
}

/** A reference to a message type, and the location of the reference. */
export interface MessageReference {
  readonly name: string;
  /** The message, or undefined if neither the file nor an imported file declares it. */
  readonly message: DescMessage | undefined;
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
  /** The message, or undefined if no imported file declares it. */
  readonly message: DescMessage | undefined;
  readonly kinds: readonly Kind[];
  /** The name of the id field. Empty if the binding names none. */
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
