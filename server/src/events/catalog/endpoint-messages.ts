// What is sent to one endpoint when it is asked for, and is no event: nobody subscribes to it and the log does not hold it.

import { Type } from 'typebox'
import { declare, selfLink, text, uuid } from './declaration.ts'

const endpointId = '0199b1f2-8888-7abc-8def-000000000008'
const links = { self: `/v1/webhooks/${endpointId}` }

export const endpointMessages = [
  declare({
    type: 'webhook.test',
    version: '1',
    scope: 'endpoint',
    description: 'Somebody asked for a test of the endpoint. Answer 2xx and do nothing.',
    subject: 'endpoint_id',
    data: Type.Object({ endpoint_id: uuid, message: text, links: selfLink }),
    example: { endpoint_id: endpointId, message: 'This is a test.', links },
  }),
  declare({
    type: 'webhook.verify',
    version: '1',
    scope: 'endpoint',
    description: 'Proves that the endpoint is yours: answer 2xx with the challenge in the body, within 10 seconds.',
    subject: 'endpoint_id',
    data: Type.Object({
      endpoint_id: uuid,
      challenge: Type.String({ description: 'To be sent back' }),
      links: selfLink,
    }),
    example: { endpoint_id: endpointId, challenge: 'n8Jq2W0dM3kXvB1rT5uYzA', links },
  }),
] as const
