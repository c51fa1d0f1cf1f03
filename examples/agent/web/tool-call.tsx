import { useState } from "react";
import { type ToolCallEntity, ToolState } from "../src/gen/agent/v1/agent_pb.js";

/** What a person can say about a call. Resolves once the server has it, or has refused it. */
export interface Deciding {
  readonly onDecide: (callId: string, approved: boolean) => Promise<unknown>;
  readonly onRepeat: (callId: string, again: boolean) => Promise<unknown>;
}

const labels: Readonly<Record<ToolState, string>> = {
  [ToolState.UNSPECIFIED]: "",
  [ToolState.ASKED]: "may it?",
  [ToolState.APPROVED]: "about to begin",
  [ToolState.RUNNING]: "running…",
  [ToolState.DONE]: "done",
  [ToolState.FAILED]: "failed",
  [ToolState.REFUSED]: "refused",
  [ToolState.INTERRUPTED]: "interrupted: nobody knows what came of it",
  [ToolState.LEFT]: "interrupted, and left at that",
  [ToolState.STOPPED]: "stopped",
};

/** A call of a tool: what exactly is to be done, how it stands, and what came of it. */
export function ToolCall({ call, onDecide, onRepeat }: Deciding & { readonly call: Readonly<ToolCallEntity> }) {
  const { callId, tool, state, output, by } = call;
  return (
    <section className="call" aria-label={tool} data-state={ToolState[state]?.toLowerCase()}>
      <h3>
        {tool} <output>{labels[state]}</output> {by !== "" && <span>({by})</span>}
      </h3>
      <dl>
        {argumentsOf(call).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {output !== "" && <pre>{output}</pre>}
      {state === ToolState.ASKED && (
        <Choice yes="Approve" no="Refuse" onChoose={(approved) => onDecide(callId, approved)} />
      )}
      {state === ToolState.INTERRUPTED && (
        <Choice yes="Do it again" no="Leave it" onChoose={(again) => onRepeat(callId, again)} />
      )}
    </section>
  );
}

interface ChoiceProps {
  readonly yes: string;
  readonly no: string;
  readonly onChoose: (isYes: boolean) => Promise<unknown>;
}

function Choice({ yes, no, onChoose }: ChoiceProps) {
  const [isSending, setIsSending] = useState(false);
  const choose = async (isYes: boolean) => {
    setIsSending(true);
    await onChoose(isYes);
    setIsSending(false);
  };
  return (
    <p className="choice">
      <button type="button" disabled={isSending} onClick={() => choose(true)}>
        {yes}
      </button>
      <button type="button" className="second" disabled={isSending} onClick={() => choose(false)}>
        {no}
      </button>
    </p>
  );
}

/** Each argument in full: who approves must see all of it. */
function argumentsOf({ arguments: json }: Readonly<ToolCallEntity>): readonly (readonly [string, string])[] {
  try {
    const given: unknown = JSON.parse(json);
    if (typeof given === "object" && given !== null) {
      return Object.entries(given).map(([name, value]) => [name, typeof value === "string" ? value : String(value)]);
    }
  } catch {
    // The model made a mistake, which is shown as it is.
  }
  return [["arguments", json]];
}
