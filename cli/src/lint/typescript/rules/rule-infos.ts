// The names and purposes of the rules for TypeScript. They are in a file of their
// own, so that a list of rules loads no compiler.

/** A rule's name, and a sentence that says what the rule checks. */
export interface RuleInfo {
  readonly id: string;
  readonly purpose: string;
}

export const payloadConcreteInfo = {
  id: "SESSIONSTREAM_TS_PAYLOAD_CONCRETE",
  purpose: "What is registered is a concrete message, not Struct, Value, ListValue or Any, however it gets there.",
} as const satisfies RuleInfo;

export const nameKnownInfo = {
  id: "SESSIONSTREAM_TS_NAME_KNOWN",
  purpose: "A name that is looked up or compared with is one that a schema declares.",
} as const satisfies RuleInfo;

export const switchCompleteInfo = {
  id: "SESSIONSTREAM_TS_SWITCH_COMPLETE",
  purpose: "A switch over the names of commands, events, UI events or runs has every case, or a default that refuses.",
} as const satisfies RuleInfo;

export const ordinalBigintInfo = {
  id: "SESSIONSTREAM_TS_ORDINAL_BIGINT",
  purpose: "An ordinal stays a bigint: a number is wrong above 2^53.",
} as const satisfies RuleInfo;

export const ruleInfos: readonly RuleInfo[] = [
  payloadConcreteInfo,
  nameKnownInfo,
  switchCompleteInfo,
  ordinalBigintInfo,
];
