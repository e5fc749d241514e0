// The pages that a browser shows while an application asks for access: sign-in, consent, errors. No script, nothing from
// elsewhere; every value is escaped. What may be allowed is decided elsewhere.

import { createHash } from 'node:crypto'
import type { Scope } from '../permissions.ts'
import { isScope, scopes as scopeWords } from '../permissions.ts'

const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 32rem; margin: 3rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem }
label { display: block; margin: .75rem 0 }
input:not([type=checkbox]) { display: block; width: 100%; padding: .5rem; font: inherit; box-sizing: border-box }
button { padding: .6rem 1.2rem; margin: 1rem .5rem 0 0; font: inherit }
ul { padding-left: 1.2rem }
code { overflow-wrap: anywhere }
.error { border-left: 4px solid #c00; padding-left: .75rem }
.small { font-size: .9rem }
`
const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

/** @param formTarget address that browsers may be sent on to after a form: they check redirects too */
export const pageHeaders = (formTarget = ''): Record<string, string> => ({
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src ${styleHash}`,
    `form-action 'self' ${formTarget && sourceOf(new URL(formTarget))}`.trim(),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  // Not `no-referrer`: with it browsers send `Origin: null` with our own forms.
  'Referrer-Policy': 'same-origin',
  'Cache-Control': 'no-store',
})

/** A policy has no words for an address of IPv6 (CSP Level 3 §2.3.1). */
const sourceOf = ({ origin, host, protocol }: URL): string => (host.startsWith('[') ? protocol : origin)

export type Asking = { application: string; redirectHost: string; organisation: string }

export type SignInView = Asking & {
  csrf: string
  /** What was wrong with the last attempt. */
  error?: string | undefined
  email?: string | undefined
  /** Present: the password was right, and a code is asked for. */
  challenge?: string | undefined
}

export function signInPage({ csrf, error, email = '', challenge, ...asking }: SignInView): string {
  const fields = challenge
    ? `<label>Code from your authenticator app, or a recovery code
         <input name="code" autocomplete="one-time-code" required autofocus maxlength="40"></label>
       <input type="hidden" name="challenge" value="${escaped(challenge)}">`
    : `<label>E-mail <input type="email" name="email" value="${escaped(email)}" autocomplete="username" required maxlength="320"></label>
       <label>Password <input type="password" name="password" autocomplete="current-password" required></label>`
  return page(
    'Sign in',
    `<p><strong>${escaped(asking.application)}</strong> (${escaped(asking.redirectHost)}) asks for access to
       ${escaped(asking.organisation)}. Sign in to see what it asks for.</p>
     ${complaint(error)}
     <form method="post">
       <input type="hidden" name="csrf" value="${escaped(csrf)}">
       ${fields}
       <button name="action" value="sign-in">Sign in</button>
       <button name="action" value="deny" formnovalidate>Cancel</button>
     </form>`,
  )
}

export type ConsentView = Asking & {
  csrf: string
  user: string
  /** What it asks for and can be given. */
  grantable: string[]
  /** What it asks for and will not get, with the reason. */
  refused: { scope: string; why: string }[]
  /** Whether it also learns who the user is. */
  tellsIdentity: boolean
  error?: string | undefined
}

export function consentPage({ csrf, user, grantable, refused, tellsIdentity, error, ...asking }: ConsentView): string {
  const choices = grantable.map(
    (scope) =>
      `<label><input type="checkbox" name="scope" value="${escaped(scope)}" checked> ${escaped(words(scope))}
         <code class="small">${escaped(scope)}</code></label>`,
  )
  const refusals = refused.map(({ scope, why }) => `<li>${escaped(words(scope))} (${escaped(why)})</li>`)
  return page(
    `Allow ${asking.application}?`,
    `<p><strong>${escaped(asking.application)}</strong> wants to act in your name in
       <strong>${escaped(asking.organisation)}</strong>. You are signed in as ${escaped(user)}.</p>
     ${complaint(error)}
     <form method="post">
       <input type="hidden" name="csrf" value="${escaped(csrf)}">
       ${grantable.length > 0 ? `<p>It will be able to:</p>${choices.join('')}` : '<p>There is nothing that it could be given.</p>'}
       ${refusals.length > 0 ? `<p>It also asked for what it will not get:</p><ul>${refusals.join('')}</ul>` : ''}
       ${tellsIdentity ? '<p>It will learn the id of your account.</p>' : ''}
       <p class="small">It sees no more than you see yourself, until you or an administrator take it back.
         Afterwards you are sent to <code>${escaped(asking.redirectHost)}</code>.</p>
       ${grantable.length > 0 || tellsIdentity ? '<button name="action" value="allow">Allow</button>' : ''}
       <button name="action" value="deny">Deny</button>
       <button name="action" value="switch">Use another account</button>
     </form>`,
  )
}

export const errorPage = (what: string): string =>
  page('This did not work', `<p class="error">${escaped(what)}</p><p>Go back to the application and start again.</p>`)

const complaint = (error: string | undefined) => (error ? `<p class="error" role="alert">${escaped(error)}</p>` : '')

const words = (scope: string): string => (isScope(scope) ? scopeWords[scope satisfies Scope] : scope)

const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>${style}</style></head>
<body><h1>${escaped(title)}</h1>${body}</body>
</html>
`
