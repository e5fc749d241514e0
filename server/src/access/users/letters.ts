// The mails that people get about their accounts, and the links in them.

import type { Message } from '../../platform/mail.ts'

/** A page that takes the token from the part of the address that browsers send to nobody. */
export const passwordPath = '/set-password'

export const linkOf = (publicUrl: string, kind: 'invitation' | 'reset', token: string): string =>
  `${publicUrl}${passwordPath}#${kind}=${token}`

type Letter = { to: string; link: string; hours: number }

/** Names are written by strangers: they stand on one line, and an address in one is not made into a link. */
const plain = (text: string) =>
  text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/:\/\/|www\./gi, ' ')
    .trim()
    .slice(0, 80)

export const invitationLetter = ({ to, link, hours, orgName }: Letter & { orgName: string }): Message => ({
  to,
  subject: `Invitation to ${plain(orgName)} on Indaba`,
  text: `You are invited to work with ${plain(orgName)} on Indaba.

Open this address within ${Math.round(hours / 24)} days to accept and to choose your password:
${link}

If you did not expect this, ignore it; nothing happens then.
`,
})

export const resetLetter = ({ to, link, hours }: Letter): Message => ({
  to,
  subject: 'Choose a new password for Indaba',
  text: `Somebody, hopefully you, asked for a new password for this address.

Open this address within ${hours} h to choose it:
${link}

All sessions end when it is changed. If you did not ask for it, ignore this mail; your password stays as it is.
`,
})

export const changedLetter = (to: string, what: string): Message => ({
  to,
  subject: `Your Indaba account: ${what}`,
  text: `${what[0]?.toUpperCase()}${what.slice(1)}, just now.

If it was not you, choose a new password at once and tell an administrator of your organisation.
`,
})
