import { isRejectionCode, rejectionCodeForm } from "@sessionstream/proto/schema-facts";
import type { Rule } from "./rule.js";

export const rejectionCode: Rule = {
  id: "SESSIONSTREAM_REJECTION_CODE",
  purpose: "The codes of a command's rejections are in upper case, and each is declared once.",
  check({ files }, report) {
    for (const { rejections } of files.flatMap(({ marks }) => marks)) {
      for (const { code, codeLocation } of rejections) {
        if (!isRejectionCode(code)) {
          report(codeLocation, `rejection code ${JSON.stringify(code)}: want ${rejectionCodeForm}`);
          continue;
        }
        const others = rejections.filter((other) => other.code === code).map((other) => other.codeLocation);
        if (others[0] === codeLocation || others.length < 2) continue;
        report(codeLocation, `rejection code "${code}" is declared twice: remove one of them`, others.slice(0, 1));
      }
    }
  },
};
