// A receiver that prints what has come. Put your own work in the place of the line below.
// Usage: INDABA_WEBHOOK_SECRETS=whsec_... PORT=8080 node main.ts

import { serve } from './receiver.ts'

await serve(async (event) => {
  console.log(JSON.stringify({ type: event.type, seq: event.seq, about: event.data.links?.self }))
})
