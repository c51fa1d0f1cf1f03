import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { aiSdkModel } from "./ai-sdk-model.js";
import type { Model } from "./model.js";
import { scriptedModel } from "./scripted-model.js";

/**
 * The model that the environment names, at any endpoint that speaks OpenAI's protocol: `AGENT_MODEL_URL`,
 * such as http://localhost:11434/v1, `AGENT_MODEL` and, where there is one, `AGENT_MODEL_KEY`. Otherwise the
 * scripted one.
 */
export function chooseModel(env: NodeJS.ProcessEnv, pace: number): Model {
  const { AGENT_MODEL_URL: baseURL, AGENT_MODEL: model, AGENT_MODEL_KEY: apiKey } = env;
  if (baseURL === undefined && model === undefined) return scriptedModel(pace);
  if (!baseURL || !model) throw new Error("a model needs both AGENT_MODEL_URL and AGENT_MODEL in the environment");
  const provider = createOpenAICompatible({ name: "model", baseURL, ...(apiKey && { apiKey }) });
  return aiSdkModel(provider(model));
}
