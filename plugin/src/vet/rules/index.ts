import { binding } from "./binding.js";
import { entityId } from "./entity-id.js";
import { entityIdPlacement } from "./entity-id-placement.js";
import { featureName } from "./feature-name.js";
import { featureRequired } from "./feature-required.js";
import { featureUnique } from "./feature-unique.js";
import { flowTarget } from "./flow-target.js";
import { nameFormat } from "./name-format.js";
import { nameUnique } from "./name-unique.js";
import { payloadConcrete } from "./payload-concrete.js";
import { rejectionCode } from "./rejection-code.js";
import { rejectionDetail } from "./rejection-detail.js";
import { retired } from "./retired.js";
import type { Rule } from "./rule.js";
import { runRetry } from "./run-retry.js";
import { supersededBy } from "./superseded-by.js";
import { supersededFlow } from "./superseded-flow.js";
import { timelineVersion } from "./timeline-version.js";
import { version } from "./version.js";

/** Every rule. */
export const rules: readonly Rule[] = [
  featureRequired,
  featureName,
  featureUnique,
  nameFormat,
  nameUnique,
  payloadConcrete,
  entityId,
  entityIdPlacement,
  flowTarget,
  rejectionCode,
  rejectionDetail,
  version,
  timelineVersion,
  supersededBy,
  supersededFlow,
  retired,
  runRetry,
  binding,
];
