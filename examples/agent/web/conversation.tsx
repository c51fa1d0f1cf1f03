import { useEffect, useRef } from "react";
import { type MessageEntity, Role, Status, type ToolCallEntity } from "../src/gen/agent/v1/agent_pb.js";
import { type Deciding, ToolCall } from "./tool-call.js";

interface ConversationProps extends Deciding {
  readonly messages: readonly Readonly<MessageEntity>[];
  readonly calls: readonly Readonly<ToolCallEntity>[];
  readonly isHydrated: boolean;
}

/** What was said, and the tools that were called, scrolled to the newest unless one scrolled away. */
export function Conversation({ messages, calls, isHydrated, ...deciding }: ConversationProps) {
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);

  useEffect(() => {
    const element = list.current;
    if (element !== null && follows.current && messages.length + calls.length > 0) {
      element.scrollTop = element.scrollHeight;
    }
  }, [messages, calls]);

  return (
    <div
      className="messages"
      ref={list}
      role="log"
      aria-live="polite"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < 40;
      }}
    >
      {messages.length === 0 && <p className="empty">{isHydrated ? "Ask something." : "Loading the conversation…"}</p>}
      {messages.map((message) => (
        <Message key={message.messageId} {...message}>
          {calls
            .filter(({ messageId }) => messageId === message.messageId)
            .map((call) => (
              <ToolCall key={call.callId} call={call} {...deciding} />
            ))}
        </Message>
      ))}
    </div>
  );
}

type MessageProps = Pick<MessageEntity, "role" | "status" | "text" | "by" | "note"> & {
  readonly children: React.ReactNode;
};

function Message({ role, status, text, by, note, children }: MessageProps) {
  const isAssistant = role === Role.ASSISTANT;
  return (
    <article className={`message ${isAssistant ? "assistant" : "user"}`} data-status={Status[status]?.toLowerCase()}>
      <h2>{isAssistant ? "Assistant" : by}</h2>
      <p>
        {text}
        {isAssistant && status === Status.OPEN && <span className="caret" role="img" aria-label="is being written" />}
      </p>
      {note !== "" && <small>{note}</small>}
      {children}
    </article>
  );
}
