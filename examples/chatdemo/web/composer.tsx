import { type FormEvent, useState } from "react";

interface ComposerProps {
  readonly isStreaming: boolean;
  /** Resolves to whether the prompt was taken. */
  readonly onPrompt: (prompt: string) => Promise<boolean>;
  readonly onStop: () => void;
}

/** Where one writes a prompt, and stops an answer. A prompt that was not taken stays there. */
export function Composer({ isStreaming, onPrompt, onStop }: ComposerProps) {
  const [prompt, setPrompt] = useState("");
  const [isSending, setIsSending] = useState(false);
  const canSend = prompt.trim() !== "" && !isSending;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!canSend) return;
    setIsSending(true);
    if (await onPrompt(prompt.trim())) setPrompt((now) => (now === prompt ? "" : now));
    setIsSending(false);
  };

  return (
    <form className="composer" onSubmit={submit}>
      <input
        aria-label="Prompt"
        placeholder="Explain ordinals"
        autoComplete="off"
        value={prompt}
        onChange={({ target }) => setPrompt(target.value)}
      />
      {isStreaming && (
        <button type="button" className="stop" onClick={onStop}>
          Stop
        </button>
      )}
      <button type="submit" disabled={!canSend}>
        {isSending ? "Sending…" : "Ask"}
      </button>
    </form>
  );
}
