import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLog } from './log.ts'
import { Problem } from './problem.ts'

function logged(err: unknown): { text: string; err: { type: string; message?: string; at: string[] } } {
  let text = ''
  openLog('debug', { write: (line) => (text += line) }).error({ err }, 'failed')
  return { text, err: JSON.parse(text).err }
}

test('an error is told by what it is, where it arose and what caused it', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
  const { err } = logged(new Problem('upstream', 'no_answer', 'No answer.', { cause, facts: { url: 'secret' } }))
  assert.equal(err.type, 'Problem')
  assert.match(err.at[0] ?? '', /log\.test\.ts/)
  assert.deepEqual(
    { ...err, at: [], cause: null },
    { type: 'Problem', code: 'no_answer', message: 'No answer.', at: [], cause: null },
  )
  assert.match(JSON.stringify(err), /"cause":\{"type":"Error","code":"ECONNREFUSED"/)
})

test('what an error carries or quotes stays out', () => {
  const errors = [
    Object.assign(new Error('duplicate key'), {
      code: '23505',
      detail: 'Key (email)=(secret) exists',
      client: { secret: 1 },
    }),
    Object.assign(new Error('invalid input syntax for type integer: "secret"'), { code: '22P02' }),
    caught(() => JSON.parse('secret')),
    new Error('outer', { cause: caught(() => JSON.parse('{"a": secret')) }),
    'secret',
    { secret: true },
  ]
  for (const error of errors) assert.doesNotMatch(logged(error).text, /secret/)
})

test('no error is too odd to be written', () => {
  const circular = new Error('round')
  circular.cause = circular
  const bare = new Error('bare')
  delete bare.stack
  for (const error of [
    circular,
    bare,
    null,
    undefined,
    new AggregateError([]),
    new AggregateError([new Error('first')]),
  ])
    assert.ok(logged(error).text.endsWith('}\n'))
  assert.equal(logged(new AggregateError([new Error('first')])).err.message, 'first')
})

function caught(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
