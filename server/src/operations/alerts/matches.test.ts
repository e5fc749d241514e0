// What a match amounts to, against the plainest way to say it; and that alerts are never about alerts.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { namesType, settle, type Track, take } from './matches.ts'

const bounds = fc.record({
  at_least: fc.integer({ min: 1, max: 5 }),
  within_s: fc.integer({ min: 10, max: 100 }),
  cooldown_s: fc.integer({ min: 60, max: 200 }),
  auto_resolve_s: fc.option(fc.integer({ min: 60, max: 200 })),
})
const gapsS = fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 60 })

describe('matches', () => {
  test('alerts open when there are enough within the window, and every match counts in one of them or waits', () => {
    fc.assert(
      fc.property(bounds, gapsS, (rule, gaps) => {
        let track: Track = { times: [], alert: null }
        let at = 0
        let loose: number[] = []
        let openSince = null as { lastAt: number } | null
        let resolvedAt = null as number | null
        for (const gap of gaps) {
          at += gap * 1000
          if (openSince && rule.auto_resolve_s !== null && at - openSince.lastAt >= rule.auto_resolve_s * 1000) {
            resolvedAt = openSince.lastAt + rule.auto_resolve_s * 1000
            openSince = null
          }
          const { track: next, effect } = take(rule, settle(rule, track, at), at)
          track = next
          if (openSince) {
            assert.deepEqual(effect, { kind: 'counts', count: 1 })
            openSince = { lastAt: at }
            continue
          }
          loose = [...loose, at].filter((time) => time > at - rule.within_s * 1000)
          if (loose.length < rule.at_least) {
            assert.equal(effect.kind, 'waits')
            continue
          }
          const isSoon: boolean = resolvedAt !== null && at - resolvedAt < rule.cooldown_s * 1000
          assert.deepEqual(effect, { kind: isSoon ? 'reopens' : 'opens', count: loose.length, firstAt: loose[0] })
          loose = []
          openSince = { lastAt: at }
        }
        assert.ok(track.times.length < rule.at_least)
      }),
      { numRuns: 2000 },
    )
  })

  test('types as a subscription has them, but never those of alerts', () => {
    assert.ok(namesType(['*'], 'call.completed') && namesType(['call.*'], 'call.failed'))
    assert.ok(namesType(['chat.failed', 'call.failed'], 'call.failed'))
    for (const types of [['*'], ['alert.*'], ['alert.opened']]) assert.equal(namesType(types, 'alert.opened'), false)
    assert.equal(namesType(['call.*', 'chat.completed'], 'chat.failed'), false)
  })
})
