import { protocGenSessionstream } from "./index.js";
import { runNodeJs } from "./protoplugin.js";

runNodeJs(protocGenSessionstream);
