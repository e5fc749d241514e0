// The ways to send, one for each kind of endpoint: for the engine, and for a test that somebody asks for.

import { addressGuard } from '../../platform/outbound/address-guard.ts'
import type { AllowEntry } from '../../platform/outbound/allow-list.ts'
import type { Outbound } from '../../platform/outbound/request.ts'
import { isBrokerPort } from '../brokers/broker-url.ts'
import { brokerPool } from '../brokers/pool.ts'
import type { BrokerKind } from '../brokers/shapes.ts'
import type { EndpointKind } from '../endpoints/endpoints.ts'
import type { Send } from './attempt.ts'
import { brokerSend } from './broker-send.ts'
import { httpSend } from './http-send.ts'

export type Ways = { send: Record<EndpointKind, Send>; close(): Promise<void> }

/** @param input.timeoutMs of a whole HTTP exchange; default that of `outbound` */
export function ways(input: { outbound: Outbound; allow: AllowEntry[]; timeoutMs?: number | undefined }): Ways {
  const gate = (kind: BrokerKind) => addressGuard({ allow: input.allow, ports: isBrokerPort(kind) }).resolve
  const pool = brokerPool({ gates: { nats: gate('nats'), rabbitmq: gate('rabbitmq'), kafka: gate('kafka') } })
  const overBroker = brokerSend(pool)
  const http = httpSend(input.outbound, input.timeoutMs)
  return { send: { http, nats: overBroker, rabbitmq: overBroker, kafka: overBroker }, close: pool.close }
}
