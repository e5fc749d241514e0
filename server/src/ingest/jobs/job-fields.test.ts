import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fields } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import { formFields, itemsMax, readFields, readNewJob } from './job-fields.ts'

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (err) {
    assert.ok(err instanceof Problem && err.kind === 'invalid', String(err))
    return err.detail
  }
  return assert.fail('nothing was refused')
}

const refused = (fields: Fields) => refusal(() => readNewJob(fields))

test('the contents come from one place', () => {
  assert.match(refused({}), /^Nothing to take in: send a file/)
  assert.match(refused({ name: 'x' }), /^Nothing to take in/)
  assert.equal(refused({ items: [{}], open: true }), 'Send one of items and open, not both.')
  assert.deepEqual(readNewJob({ open: true, name: 'Today' }), { open: true, name: 'Today' })
  assert.deepEqual(readNewJob({ upload: {}, name: ' ' }), { upload: {} })
})

test('what does not go together, and what is not known', () => {
  assert.match(refused({ open: true, dry_run: true }), /no dry run/)
  assert.match(refused({ items: [{}], watcher_id: '0198c1a0-0000-7000-8000-000000000000' }), /Only an open job/)
  assert.match(refused({ open: true, org_id: 'x' }), /^org_id: is not known here/)
  assert.match(refused({ items: [] }), /^items/)
  assert.match(refused({ items: [1] }), /^items\/0/)
  assert.match(refused({ items: Array.from({ length: itemsMax + 1 }, () => ({})) }), /^items/)
  assert.match(refused({ open: true, unknown_people: 'guess' }), /^unknown_people/)
  assert.match(refused({ open: true, people: { pets: {} } }), /^people/)
  assert.match(refused({ open: true, people: { agents: { x: 1 } } }), /^people\/agents/)
  assert.match(refused({ open: true, people: { agents: { 'x\ny': 1 } } }), /^people\/agents/)
  assert.match(refused({ open: true, defaults: [] }), /^defaults/)
  assert.equal(readNewJob({ items: Array.from({ length: itemsMax }, () => ({})) }).items?.length, itemsMax)
})

test('the texts of a form stand for what they say', () => {
  const given = {
    dry_run: 'True',
    allow_duplicates: 'no',
    unknown_people: 'LEAVE',
    people: '{"agents":{"J Smith":"Jane Smith"}}',
    defaults: '{"direction":"inbound"}',
    notify_emails: 'a@example.org; b@example.org',
    name: '',
  }
  assert.deepEqual(readFields(formFields, given), {
    dry_run: true,
    allow_duplicates: false,
    unknown_people: 'leave',
    people: { agents: { 'J Smith': 'Jane Smith' } },
    defaults: { direction: 'inbound' },
    notify_emails: ['a@example.org', 'b@example.org'],
  })
  assert.deepEqual(readFields(formFields, { notify_emails: '["a@example.org"]' }).notify_emails, ['a@example.org'])
  assert.match(
    refusal(() => readFields(formFields, { dry_run: 'maybe' })),
    /^dry_run/,
  )
  assert.match(
    refusal(() => readFields(formFields, { people: '{broken' })),
    /people is not valid JSON/,
  )
  assert.match(
    refusal(() => readFields(formFields, { file_url: 'https://example.org/x.zip' })),
    /^file_url: is not known here/,
  )
})
