// Events of alerts. Emitted by operations/alerts/.

import { type Static, Type } from 'typebox'
import { declare, orNull, selfLink, text, time, uuid } from './declaration.ts'

const alertData = Type.Object({
  alert_id: uuid,
  rule_id: uuid,
  rule_name: text,
  severity: Type.String({ description: '`low`, `medium`, `high` or `critical`' }),
  state: Type.String({ description: '`open`, `acknowledged`, `assigned`, `snoozed` or `resolved`' }),
  title: text,
  detail: orNull(text),
  count: Type.Integer({ minimum: 0, description: 'How often it has happened while this alert was open' }),
  value: orNull(Type.Number(), 'What was measured, of rules with a threshold'),
  threshold: orNull(Type.Number()),
  owner_id: orNull(text),
  opened_at: time,
  group_by: orNull(text, 'The field that sets the alerts of its rule apart'),
  group: orNull(text, 'The value of that field'),
  conversation_id: orNull(uuid, 'Of the newest event, of rules on events'),
  by: orNull(text, '`user:…` or `key:…`; null where nobody did it'),
  links: selfLink,
})

export type AlertEventData = Static<typeof alertData>

const alert: AlertEventData = {
  alert_id: '0199b1f2-aaaa-7abc-8def-00000000000a',
  rule_id: '0199b1f2-bbbb-7abc-8def-00000000000b',
  rule_name: 'Deliveries wait',
  severity: 'high',
  state: 'open',
  title: 'Deliveries wait for more than a minute',
  detail: 'The oldest delivery has waited for 95 s.',
  count: 1,
  value: 95,
  threshold: 60,
  owner_id: null,
  opened_at: '2026-03-05T09:00:00.000Z',
  group_by: null,
  group: null,
  conversation_id: null,
  by: null,
  links: { self: '/v1/alerts/0199b1f2-aaaa-7abc-8def-00000000000a' },
}
const owner_id = '0199b1f2-cccc-7abc-8def-00000000000c'

const alertEvent = <const Name extends string>(type: Name, description: string, example: Partial<AlertEventData>) =>
  declare({
    type,
    version: '1',
    scope: 'organisation',
    description,
    subject: 'alert_id',
    data: alertData,
    example: { ...alert, ...example },
  })

export const alertEvents = [
  alertEvent(
    'alert.opened',
    'A rule has found something. What happens again while it is open is counted, not told.',
    {},
  ),
  alertEvent('alert.acknowledged', 'Somebody has seen the alert.', { state: 'acknowledged', owner_id }),
  alertEvent('alert.assigned', 'The alert was given to somebody.', { state: 'assigned', owner_id }),
  alertEvent('alert.snoozed', 'The alert is quiet for a while.', { state: 'snoozed', owner_id }),
  alertEvent('alert.resolved', 'The cause is gone, or somebody said so.', { state: 'resolved', owner_id }),
] as const
