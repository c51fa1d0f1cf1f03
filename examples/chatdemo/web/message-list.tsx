import { useEffect, useRef } from "react";
import { type ChatMessageEntity, Role, Status } from "../src/gen/chat/v1/chat_pb.js";

interface MessageListProps {
  readonly messages: readonly Readonly<ChatMessageEntity>[];
  readonly isHydrated: boolean;
}

/** The messages, scrolled to the newest as they grow, unless one scrolled away. */
export function MessageList({ messages, isHydrated }: MessageListProps) {
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);

  useEffect(() => {
    const element = list.current;
    if (element !== null && follows.current && messages.length > 0) element.scrollTop = element.scrollHeight;
  }, [messages]);

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
        <Message key={message.messageId} {...message} />
      ))}
    </div>
  );
}

function Message({ role, status, text }: Pick<ChatMessageEntity, "role" | "status" | "text">) {
  const author = role === Role.USER ? "user" : "assistant";
  return (
    <article className={`message ${author}`} data-status={Status[status]?.toLowerCase()}>
      <h2>{author === "user" ? "You" : "Assistant"}</h2>
      <p>
        {text}
        {status === Status.STREAMING && <span className="caret" role="img" aria-label="is being written" />}
      </p>
      {status === Status.STOPPED && <small>stopped</small>}
    </article>
  );
}
