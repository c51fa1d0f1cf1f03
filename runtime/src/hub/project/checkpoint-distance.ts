/** How many events there are between two checkpoints, at least: to fold them again takes some hundredths of a second. */
export const checkpointDistance = 5000;
