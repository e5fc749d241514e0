import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type SmtpServer, startSmtpServer } from '../../test/fakes/smtp-server.ts'
import { openMail } from './mail.ts'

let smtp: SmtpServer
before(async () => {
  smtp = await startSmtpServer()
})
after(() => smtp.stop())

const from = 'indaba@example.org'

test('a mail goes out by SMTP, with the login from the address of the server', async () => {
  const mail = openMail({ smtpUrl: smtp.url, from, requiresTls: false })
  await mail.send({ to: 'thandi@example.org', subject: 'Grüße', text: `Höre:\n${'https://example.org/'.repeat(10)}\n` })
  const kept = await smtp.next('thandi@example.org')
  assert.equal(kept.from, from)
  assert.equal(kept.login, '\0mailer\0pass/word')
  assert.match(kept.text, /Höre:/)
  assert.ok(kept.text.includes('https://example.org/'.repeat(10)), 'a long link comes whole')
  mail.close()
})

test('nothing that is written into an address or a subject makes a second recipient or a header', async () => {
  const mail = openMail({ smtpUrl: smtp.url, from, requiresTls: false })
  const hostile = 'a@example.org\r\nRCPT TO:<evil@example.org>'
  await mail.send({ to: hostile, subject: 'Hi\r\nBcc: evil@example.org', text: 'x' }).catch(() => {})
  await mail.send({ to: 'one@example.org,evil@example.org', subject: 'x', text: 'x' }).catch(() => {})
  for (const { to, headers } of smtp.kept.splice(0)) {
    assert.ok(!to.includes('evil@example.org'), to.join())
    assert.doesNotMatch(headers, /^Bcc:/im)
  }
  mail.close()
})

test('without encryption nothing is handed over where encryption is asked for', async () => {
  const mail = openMail({ smtpUrl: smtp.url, from, requiresTls: true })
  await assert.rejects(mail.send({ to: 'a@example.org', subject: 'x', text: 'x' }), { code: 'mail_failed' })
  assert.deepEqual(smtp.kept, [])
  mail.close()
})

test('a server that refuses or is away is a problem of upstream, told with its reason', async () => {
  const mail = openMail({ smtpUrl: smtp.url, from, requiresTls: false })
  smtp.refuse('550 no such mailbox')
  const refused = mail.send({ to: 'a@example.org', subject: 'x', text: 'x' })
  await assert.rejects(refused, { kind: 'upstream', code: 'mail_failed', detail: /no such mailbox/ })
  smtp.refuse(null)
  mail.close()
  const gone = openMail({ smtpUrl: 'smtp://127.0.0.1:1', from, requiresTls: false })
  await assert.rejects(gone.send({ to: 'a@example.org', subject: 'x', text: 'x' }), { code: 'mail_failed' })
  gone.close()
})

test('without settings nothing is sent', async () => {
  const mail = openMail({ smtpUrl: null, from: null, requiresTls: true })
  assert.equal(mail.isSet, false)
  await assert.rejects(mail.send({ to: 'a@example.org', subject: 'x', text: 'x' }), { code: 'mail_not_set' })
})
