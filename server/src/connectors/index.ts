// Connectors: other systems, in and out. The only door into this slice.

export { inbound } from './inbound/inbound.ts'
export { forgetInboundMessages } from './inbound/messages.ts'
export { processJob as inboundJob } from './inbound/process.ts'
export { inboundSecrets } from './inbound/sources.ts'
