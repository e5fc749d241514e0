// The brokers that there are: one line for each.

import { openKafka } from './kafka.ts'
import { openNats } from './nats.ts'
import { openRabbitmq } from './rabbitmq.ts'
import type { OpenBroker } from './shapes.ts'

export const openBroker: OpenBroker = async (settings, secrets, parts) => {
  switch (settings.kind) {
    case 'nats':
      return openNats(settings, secrets, parts)
    case 'rabbitmq':
      return openRabbitmq(settings, secrets, parts)
    case 'kafka':
      return openKafka(settings, secrets, parts)
  }
}
