// Running the program: health, figures, housekeeping. The only door into this slice.

export { telemetry } from './health.ts'
export { startHousekeeping } from './housekeeping.ts'
