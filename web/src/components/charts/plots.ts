// All that needs the library of charts, as one piece to load.

export { Plot } from './plot.tsx'
export { Slices } from './slices.tsx'
