import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeWith } from './groups.ts'

test('a conversation belongs to where its agent works, unless it was said to belong elsewhere', () => {
  const agent = { team: 'Repairs', department: 'Service' }
  for (const [team, department, agentNow, expected] of [
    [null, null, agent, agent],
    ['REPAIRS', null, agent, { team: 'REPAIRS', department: 'Service' }],
    ['Night', null, agent, { team: 'Night', department: null }],
    ['Night', 'Retail', agent, { team: 'Night', department: 'Retail' }],
    [null, 'Retail', agent, { team: 'Repairs', department: 'Retail' }],
    ['Night', null, null, { team: 'Night', department: null }],
    [null, null, null, { team: null, department: null }],
    ['Night', null, { team: null, department: 'Service' }, { team: 'Night', department: null }],
  ] as const)
    assert.deepEqual(placeWith({ team, department }, agentNow), expected)
})
