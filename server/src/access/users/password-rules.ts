// What a new password must be. The short list of common ones is made by rule: words that lead every published list, with
// what people do to them (capitals, digits at the end, look-alike signs), runs on a keyboard, and repeats.

import { Problem } from '../../platform/problem.ts'
import { passwordCharsMax, verifyPassword } from './password-hash.ts'

const charsMin = 8
/** With the present one. */
export const formerPasswordsMax = 5
/** Shorter parts of names stand in good passwords by chance. */
const ownPartCharsMin = 4

const commonWords = [
  ...['password', 'passwort', 'passcode', 'pass', 'pwd', 'wagwoord', 'geheim', 'secret', 'letmein', 'welcome', 'hello'],
  ...['admin', 'administrator', 'root', 'user', 'guest', 'test', 'testing', 'demo', 'default', 'changeme', 'change'],
  ...['login', 'signin', 'access', 'master', 'super', 'system', 'server', 'company', 'office', 'temp', 'temporary'],
  ...['iloveyou', 'love', 'princess', 'sunshine', 'monkey', 'dragon', 'football', 'baseball', 'soccer', 'shadow'],
  ...['superman', 'batman', 'pokemon', 'starwars', 'trustno', 'freedom', 'whatever', 'computer', 'internet', 'google'],
  ...['spring', 'summer', 'autumn', 'fall', 'winter', 'january', 'february', 'march', 'april', 'may', 'june', 'july'],
  ...['august', 'september', 'october', 'november', 'december', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  ...['saturday', 'sunday', 'indaba', 'vela', 'vbot', 'callcenter', 'callcentre', 'abc', 'abcd', 'qwe', 'asd', 'zxc'],
]
const rows = ['qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl', 'zxcvbnm', 'yxcvbnm', 'abcdefghijklmnopqrstuvwxyz']
const runs = [
  ...rows,
  '1234567890',
  '0123456789',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
  'q1w2e3r4t5y6u7i8o9p0',
  'a1b2c3d4e5f6g7h8i9',
].flatMap((run) => [run, [...run].reverse().join('')])
const lookAlikes: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '0': 'o',
  '1': 'i',
  '!': 'i',
  '3': 'e',
  $: 's',
  '5': 's',
  '7': 't',
}

/** What belongs to the person: a password of theirs must not be made of it. */
export type OwnWords = { email: string; name: string | null; orgNames: readonly string[] }

/**
 * @param former hashes of the present and earlier passwords, the newest first
 * @throws Problem('invalid', 'weak_password') with `facts.issue`
 */
export async function requireGoodPassword(password: string, own: OwnWords, former: readonly string[]): Promise<void> {
  const issue = weaknessOf(password, own)
  if (issue) throw weak(issue)
  for (const hash of former.slice(0, formerPasswordsMax)) {
    if (await verifyPassword(hash, password)) throw weak(`must differ from your last ${formerPasswordsMax} passwords`)
  }
}

/** What is wrong with a password, before anything costly is done with it; null: nothing. */
export function weaknessOf(password: string, own: OwnWords): string | null {
  if (password.length > passwordCharsMax) return `must have at most ${passwordCharsMax} characters`
  if (!password.isWellFormed() || /\p{Cc}/u.test(password)) return 'must not hold control characters'
  const plain = password.normalize('NFKC')
  if ([...plain].length < charsMin) return `must have at least ${charsMin} characters`
  if (!/\p{L}/u.test(plain)) return 'must hold a letter'
  if (!/\p{N}/u.test(plain)) return 'must hold a digit'
  if (!/[^\p{L}\p{N}]/u.test(plain)) return 'must hold a special character'
  if (isCommon(plain)) return 'is among those that are guessed first'
  const letters = fold(plain)
  const part = ownParts(own).find((one) => letters.includes(one) || plain.toLowerCase().includes(one))
  return part ? 'must not be made of your name, your e-mail address or the name of your organisation' : null
}

function isCommon(password: string): boolean {
  const small = password.toLowerCase()
  const bare = small.replace(/[^\p{L}\p{N}]+/gu, '')
  // What is left when digits and signs around it are taken off, as they stand and read as letters.
  const cores = [small, bare, fold(small)].flatMap((text) => [
    text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, ''),
    fold(text.replace(/[^\p{L}]+$/u, '')).replace(/[^\p{L}]/gu, ''),
  ])
  return (
    cores.some((core) => core === '' || commonWords.includes(core) || isWordPair(core)) ||
    [bare, ...cores].some((text) => runs.some((run) => run.includes(text))) ||
    new Set(bare).size <= 3
  )
}

const isWordPair = (core: string) =>
  commonWords.some((word) => core.startsWith(word) && commonWords.includes(core.slice(word.length)))

const fold = (text: string) => [...text.toLowerCase()].map((char) => lookAlikes[char] ?? char).join('')

function ownParts({ email, name, orgNames }: OwnWords): string[] {
  return [email.split('@')[0] ?? '', email.split('@')[1]?.split('.')[0] ?? '', name ?? '', ...orgNames]
    .flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .filter((part) => [...part].length >= ownPartCharsMin)
}

const weak = (issue: string) =>
  new Problem('invalid', 'weak_password', `password: ${issue}.`, { facts: { field: 'password', issue } })
