const { NODE_ENV: _, ...rest } = process.env;

/** The environment without what the test runner set, which would make React's slow build of a page. */
export const userEnv: NodeJS.ProcessEnv = { ...rest, NO_COLOR: "1" };
