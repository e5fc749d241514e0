import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readSender } from './senders.ts'

test('the known words, in any case', () => {
  const roles = {
    customer: 'customer',
    user: 'customer',
    Client: 'customer',
    CALLER: 'customer',
    visitor: 'customer',
    contact: 'customer',
    agent: 'agent',
    Agent: 'agent',
    operator: 'agent',
    ' advisor ': 'agent',
    bot: 'bot',
    assistant: 'bot',
    ＳＹＳＴＥＭ: 'bot',
  }
  for (const [sender, role] of Object.entries(roles))
    assert.deepEqual(readSender(sender), { sender, role, warning: null })
})

test('a word we do not know is kept as somebody else, and reported', () => {
  for (const sender of ['supervisor', 'umsebenzisi', '__proto__', 'constructor', '💬']) {
    const reading = readSender(sender)
    assert.equal(reading.sender, sender)
    assert.equal(reading.role, 'third_party')
    assert.match(reading.warning ?? '', /Known senders: customer, /)
  }
  for (const nothing of [undefined, null, '', '  ', {}, true]) assert.equal(readSender(nothing).role, 'unknown')
})

test('property: any value gives a role, and a warning unless the word is known', () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string()), (value) => {
      const { role, warning, sender } = readSender(value)
      assert.equal(warning === null, ['customer', 'agent', 'bot'].includes(role))
      if (typeof value === 'string') assert.equal(sender, value)
    }),
  )
})
