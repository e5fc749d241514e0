// A new password, twice, with its rules said before.

import { PasswordInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'

export type NewPassword = { first: string; again: string }

export const noPassword: NewPassword = { first: '', again: '' }

/** Whether it may be sent; the server knows the rules. */
export const isSamePassword = ({ first, again }: NewPassword): boolean => first !== '' && first === again

export function NewPasswordInputs({
  value,
  onChange,
  label,
}: {
  value: NewPassword
  onChange: (value: NewPassword) => void
  label?: string
}) {
  const { t } = useTranslation()
  const { first, again } = value
  return (
    <>
      <PasswordInput
        label={label ?? t('password.new')}
        description={t('password.rules')}
        autoComplete="new-password"
        required
        maxLength={128}
        value={first}
        onChange={(event) => onChange({ first: event.currentTarget.value, again })}
      />
      <PasswordInput
        label={t('password.again')}
        autoComplete="new-password"
        required
        maxLength={128}
        value={again}
        error={again !== '' && !first.startsWith(again) ? t('password.differ') : undefined}
        onChange={(event) => onChange({ first, again: event.currentTarget.value })}
      />
    </>
  )
}
