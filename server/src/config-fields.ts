// What kinds of settings there are, and what a right value of each looks like. No setting is named here.

import Type from 'typebox'

export type Extra = {
  unit?: string
  /** Also read from the file that NAME_FILE names, and never printed. */
  secret?: true
  /** What a right value looks like, for the message about a wrong one. */
  expects?: string
  check?: (text: string) => boolean
  /** What stands in the documentation where the default depends on the machine or on other settings. */
  defaultText?: string
  minimum?: number
  maximum?: number
}

export const whole = (
  env: string,
  value: number,
  description: string,
  extra: Extra & { minimum: number; maximum: number },
) =>
  Type.Integer({
    env,
    default: value,
    description,
    expects: `a whole number from ${extra.minimum} to ${extra.maximum}`,
    ...extra,
  })
export const text = (env: string, value: string, description: string, extra: Extra = {}) =>
  Type.String({ env, default: value, description, ...extra })
export const optional = (env: string, description: string, extra: Extra = {}) =>
  Type.Union([Type.String(), Type.Null()], { env, default: null, description, ...extra })
export const choice = <const T extends string[]>(env: string, values: [...T], value: T[number], description: string) =>
  Type.Enum(values, { env, default: value, description, expects: `one of ${values.join(', ')}` })
export const list = (env: string, description: string, extra: Extra = {}) =>
  Type.Array(Type.String(), { env, default: [], description, ...extra })
export const flag = (env: string, value: boolean, description: string) =>
  Type.Boolean({ env, default: value, description, expects: 'true or false' })

export const webAddress: Extra = {
  expects: 'an address that starts with http:// or https://',
  check: (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
}

export const key32: Extra = {
  secret: true,
  unit: '32 bytes, base64',
  expects: '32 random bytes in base64 (openssl rand -base64 32)',
  check: (value) => /^[\w+/-]{43}=?$/.test(value) && Buffer.from(value, 'base64').length === 32,
}
