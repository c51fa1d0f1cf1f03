import { type FormEvent, useState } from "react";

interface ComposerProps {
  readonly isStreaming: boolean;
  readonly onPrompt: (prompt: string) => void;
  readonly onStop: () => void;
}

/** Where one writes a prompt, and stops an answer. */
export function Composer({ isStreaming, onPrompt, onStop }: ComposerProps) {
  const [prompt, setPrompt] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (prompt.trim() === "") return;
    onPrompt(prompt.trim());
    setPrompt("");
  };
  return (
    <form className="composer" onSubmit={submit}>
      <input
        aria-label="Prompt"
        placeholder="Explain ordinals"
        value={prompt}
        onChange={({ target }) => setPrompt(target.value)}
      />
      {isStreaming && (
        <button type="button" className="stop" onClick={onStop}>
          Stop
        </button>
      )}
      <button type="submit" disabled={prompt.trim() === ""}>
        Ask
      </button>
    </form>
  );
}
