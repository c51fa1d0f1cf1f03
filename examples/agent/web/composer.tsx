import { type FormEvent, useState } from "react";

interface ComposerProps {
  readonly isAnswering: boolean;
  /** Resolves to whether the question was taken. */
  readonly onAsk: (text: string) => Promise<boolean>;
  readonly onStop: () => void;
}

/** Where one asks, and stops an answer. A question that was not taken stays there. */
export function Composer({ isAnswering, onAsk, onStop }: ComposerProps) {
  const [text, setText] = useState("");
  const [isSending, setIsSending] = useState(false);
  const canSend = text.trim() !== "" && !isSending && !isAnswering;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!canSend) return;
    setIsSending(true);
    if (await onAsk(text.trim())) setText((now) => (now === text ? "" : now));
    setIsSending(false);
  };

  return (
    <form className="composer" onSubmit={submit}>
      <input
        aria-label="Question"
        placeholder="Who steers the Gannet?"
        autoComplete="off"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      {isAnswering && (
        <button type="button" className="second" onClick={onStop}>
          Stop
        </button>
      )}
      <button type="submit" disabled={!canSend}>
        {isSending ? "Sending…" : "Ask"}
      </button>
    </form>
  );
}
