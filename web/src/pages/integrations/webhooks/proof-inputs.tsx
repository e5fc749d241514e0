// How a receiver knows who is there: headers of its own, a second signature, a client's certificate, a chosen secret.

import { PasswordInput, Stack, Switch, Text, Textarea } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Pairs } from '../parts/pairs.tsx'
import type { EndpointFields } from './delivery-inputs.tsx'
import type { Endpoint } from './queries.ts'

export function ProofInputs({ form, endpoint }: { form: EndpointFields; endpoint: Endpoint | undefined }) {
  const { t } = useTranslation('integrations')
  const { draft, set } = form
  return (
    <Stack gap="sm">
      <Pairs
        legend={t('webhooks.field.headers')}
        about={t(endpoint ? 'webhooks.hint.headersKept' : 'webhooks.hint.headers')}
        names={{ name: t('pair.header'), value: t('pair.value') }}
        pairs={draft.headers}
        onChange={(headers) => set({ headers })}
      />
      <Switch
        label={t('webhooks.field.signature')}
        description={t('webhooks.hint.signature')}
        {...form.tick('isSignedTwice')}
      />
      {!endpoint && (
        <PasswordInput
          label={t('webhooks.field.secret')}
          description={t('webhooks.hint.secret')}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('showText') }}
          {...form.text('secret')}
        />
      )}
      {endpoint?.client_certificate && (
        <Text size="sm">{t('webhooks.certificateThere', { subject: endpoint.client_certificate.subject })}</Text>
      )}
      <Textarea
        label={t('webhooks.field.certificate')}
        description={t('webhooks.hint.certificate')}
        autosize
        minRows={2}
        maxRows={6}
        spellCheck={false}
        {...form.text('certificate')}
      />
      <Textarea
        label={t('webhooks.field.certificateKey')}
        autosize
        minRows={2}
        maxRows={6}
        spellCheck={false}
        {...form.text('certificateKey')}
      />
    </Stack>
  )
}
