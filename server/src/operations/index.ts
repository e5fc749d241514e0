// Running the program: health, figures, housekeeping. The only door into this slice.

export { type Telemetry, telemetry } from './health.ts'
export { startHousekeeping } from './housekeeping.ts'
