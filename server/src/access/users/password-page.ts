// The page behind the links of invitations and resets: where a person chooses a password. One self-contained document,
// which loads nothing from anywhere and sends the token to this server alone.

import { createHash } from 'node:crypto'
import { type Route, route } from '../../platform/http/route.ts'
import { passwordPath } from './letters.ts'

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1rem;color:#1c2430}
label{display:block;margin:1rem 0 .25rem}input{font:inherit;width:100%;padding:.5rem;box-sizing:border-box}
button{font:inherit;margin-top:1.25rem;padding:.5rem 1.25rem}output{display:block;margin-top:1rem;min-height:1.5em}`

const script = `const [kind, token] = location.hash.slice(1).split('=')
history.replaceState(null, '', location.pathname)
const form = document.querySelector('form'), told = document.querySelector('output')
const paths = { invitation: '/v1/invitations/accept', reset: '/v1/password/reset' }
if (!token || !paths[kind]) { form.hidden = true; told.value = 'This link is not complete. Copy all of it.' }
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const [first, second] = ['password', 'again'].map((id) => document.getElementById(id).value)
  if (first !== second) { told.value = 'The two passwords differ.'; return }
  told.value = 'One moment.'
  try {
    const body = JSON.stringify({ token, password: first })
    const answer = await fetch(paths[kind], { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const said = await answer.json()
    if (answer.ok) { form.hidden = true; told.value = 'Done. You can sign in as ' + said.email + ' now.' }
    else told.value = said.message || 'That did not work.'
  } catch { told.value = 'The server does not answer. Try again.' }
})`

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Choose a password</title><style>${style}</style></head><body>
<h1>Choose a password</h1>
<p>At least 8 characters, with a letter, a digit and a special character. If you have an account already, give the
password of it.</p>
<form method="post">
<label for="password">Password</label>
<input id="password" type="password" autocomplete="new-password" required maxlength="128">
<label for="again">Once more</label>
<input id="again" type="password" autocomplete="new-password" required maxlength="128">
<button>Save</button></form>
<output role="status"></output>
<script>${script}</script></body></html>
`

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
}

export const passwordPageRoutes = (): Route[] => [
  route({
    method: 'GET',
    paths: [passwordPath],
    summary: 'The page where a person chooses a password, behind the link of an invitation or a reset',
    tag: 'Account',
    auth: 'open',
    answers: { 200: { description: 'The page', contentType: 'text/html' } },
    handle: async () => ({ status: 200, body: page, headers }),
  }),
]
