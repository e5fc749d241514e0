import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Db } from '../../platform/db/db.ts'
import type { Line } from '../../platform/http/line.ts'
import type { Principal } from '../../platform/http/route.ts'
import { declarationOf } from '../catalog/catalog.ts'
import type { AsSeenBy } from '../log/log-page.ts'
import type { LogEvent } from '../log/read-log.ts'
import { fanOut } from './fan-out.ts'
import { type Asked, readSelection } from './selection.ts'
import { type Subscriber, waitingBytesMax } from './subscriber.ts'

const call = (seq: number, data: object = {}) =>
  ({
    seq,
    type: 'call.completed',
    conversation_id: null,
    data: { ...declarationOf('call.completed').example, ...data },
  }) as unknown as LogEvent

function listener(by: Partial<Principal>, asked: Partial<Asked> = {}, position = 0, waiting = 0) {
  const sent: string[] = []
  const line: Line = {
    kind: 'socket',
    send: (bytes) => void sent.push(String(bytes)),
    waitingBytes: () => waiting,
    isThere: () => true,
    end: () => {},
    onClose: () => {},
    onMessage: () => {},
  }
  const selection = readSelection({ types: null, filter: null, conversation_id: null, ...asked })
  const subscriber: Subscriber = {
    line,
    by: { actor: 'key:a', orgId: 'o', isAdmin: false, scopes: [], reach: 'all', ...by },
    here: (work) => work(),
    selection,
    position,
    toldSeq: position,
    isEnded: false,
    turn: 0,
  }
  return {
    subscriber,
    seqs: () => sent.map((text) => JSON.parse(text).seq),
    numbers: () => sent.map((text) => JSON.parse(text).data.caller_number),
  }
}

const db = {} as Db
/** People of this test see masks. */
const seenBy: AsSeenBy = async (_db, { actor }, events) =>
  actor.startsWith('key:')
    ? events
    : events.map((one) => ({ ...one, data: { ...one.data, caller_number: '[PHONE_NUMBER]' } }) as LogEvent)
const orgOf = (...all: { subscriber: Subscriber }[]) => ({
  orgId: 'o',
  here: <T>(work: () => T) => work(),
  position: 0,
  live: new Set(all.map(({ subscriber }) => subscriber)),
})

test('each sees what they may, and cannot find what is masked for them', async () => {
  const number = { caller_number: '+27821234567' }
  const filter = 'caller_number = "+27821234567"'
  const [key, person, found, blind] = [
    listener({}),
    listener({ actor: 'user:p' }),
    listener({ actor: 'key:b' }, { filter }),
    listener({ actor: 'user:p' }, { filter }),
  ]
  const org = orgOf(key, person, found, blind)
  assert.deepEqual(await fanOut({ db, seenBy })(org, { events: [call(5, number)], end: 7 }), [])
  assert.deepEqual(key.numbers(), ['+27821234567'])
  assert.deepEqual(person.numbers(), ['[PHONE_NUMBER]'])
  assert.deepEqual(found.numbers(), ['+27821234567'])
  assert.deepEqual(blind.numbers(), [])
  for (const { subscriber } of [key, person, found, blind]) assert.equal(subscriber.position, 7)
  assert.equal(org.position, 7)
})

test('who has heard of a part of the page hears of the rest, and who is beyond it of nothing', async () => {
  const [none, part, all, beyond] = [listener({}), listener({}, {}, 2), listener({}, {}, 3), listener({}, {}, 9)]
  await fanOut({ db, seenBy })(orgOf(none, part, all, beyond), { events: [call(1), call(2), call(3)], end: 3 })
  assert.deepEqual(
    [none, part, all, beyond].map((one) => one.seqs()),
    [[1, 2, 3], [3], [], []],
  )
  assert.deepEqual(
    [none, part, all, beyond].map(({ subscriber }) => subscriber.position),
    [3, 3, 3, 9],
  )
})

test('who has no room, came meanwhile or is another meanwhile gets nothing of the page, and keeps their place', async () => {
  const full = listener({}, {}, 0, waitingBytesMax)
  const changed = listener({ actor: 'user:q' })
  const late = listener({ actor: 'user:r' })
  const gone = listener({})
  const org = orgOf(full, changed, gone)
  const during: AsSeenBy = async (...args) => {
    org.live.add(late.subscriber)
    gone.subscriber.isEnded = true
    changed.subscriber.by = { ...changed.subscriber.by, reveals: true }
    return seenBy(...args)
  }
  const behind = await fanOut({ db, seenBy: during })(org, { events: [call(1)], end: 1 })
  assert.deepEqual(new Set(behind), new Set([full.subscriber, changed.subscriber, late.subscriber]))
  for (const one of [full, changed, late, gone]) assert.deepEqual([one.seqs(), one.subscriber.position], [[], 0])
  assert.deepEqual([...org.live], [gone.subscriber])
})

test('what they get alike is made once, whatever each asked for', async () => {
  const listeners = ['duration >= 0', 'duration >= 0 OR duration > 5'].map((filter) => listener({}, { filter }))
  const sent: Buffer[] = []
  for (const { subscriber } of listeners) subscriber.line.send = (bytes) => void sent.push(bytes)
  await fanOut({ db, seenBy })(orgOf(...listeners), { events: [call(1, { duration: 7 })], end: 1 })
  assert.equal(sent.length, 2)
  assert.equal(sent[0], sent[1])
})
