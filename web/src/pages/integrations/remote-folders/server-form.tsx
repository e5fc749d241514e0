// Sets up a server, or changes one; what is written can be tried before it is kept.

import { Alert, Button, NumberInput, PasswordInput, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { asFailure } from '../../../api/failure.ts'
import { useAct } from '../../../components/act.ts'
import { useDraft } from '../../../components/draft.ts'
import { FormDrawer } from '../../../components/form-drawer.tsx'
import { Failed, Waiting } from '../../../components/states.tsx'
import { type Server, serverQuery } from './queries.ts'
import { isSealed, type Protocol, protocols, serverBodyOf, serverDraftOf, serverFields } from './server-draft.ts'
import { TrialSteps } from './server-trial.tsx'

type Props = { onClose: () => void; onDone: () => void }

export function ServerForm({ id, ...rest }: Props & { id: string | undefined }) {
  return id ? <Known id={id} {...rest} /> : <Form {...rest} />
}

function Known({ id, ...rest }: Props & { id: string }) {
  const server = useQuery({ ...serverQuery(id), staleTime: Number.POSITIVE_INFINITY, gcTime: 0 })
  if (server.isError) return <Failed error={server.error} retry={() => void server.refetch()} />
  return server.data ? <Form server={server.data} {...rest} /> : <Waiting lines={2} />
}

function Form({ server, onClose, onDone }: Props & { server?: Server }) {
  const { t } = useTranslation('integrations')
  const form = useDraft(serverDraftOf(server))
  const { draft, before, set } = form
  const save = useAct(
    () =>
      server
        ? told(
            api.PATCH('/v1/remote-servers/{id}', {
              params: { path: { id: server.server_id } },
              body: serverBodyOf(draft, before),
            }),
          )
        : told(api.POST('/v1/remote-servers', { body: serverBodyOf(draft) })),
    { touches: [['remote-servers']], isQuiet: true, onDone },
  )
  const trial = useMutation({
    mutationFn: () => told(api.POST('/v1/remote-servers/test', { body: serverBodyOf(draft) })),
  })
  return (
    <FormDrawer
      title={t(server ? 'remote.editServer' : 'remote.addServer')}
      submit={t(server ? 'action.save' : 'action.create', { ns: 'shell' })}
      isDirty={form.isDirty}
      save={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
      extra={
        <Button variant="light" loading={trial.isPending} onClick={() => trial.mutate()}>
          {t('remote.tryIt')}
        </Button>
      }
    >
      <TextInput label={t('name')} required maxLength={200} {...form.text('name')} />
      <Select
        label={t('remote.protocol')}
        allowDeselect={false}
        data={protocols.map((value) => ({ value, label: t(`remote.protocols.${value}`) }))}
        value={draft.protocol}
        onChange={(protocol) => set({ protocol: protocol as Protocol })}
      />
      {draft.protocol === 'ftp' && <Alert color="yellow">{t('remote.inClear')}</Alert>}
      {serverFields[draft.protocol].map((name) => (
        <Field key={name} name={name} form={form} isStored={server !== undefined} />
      ))}
      <TextInput label={t('remote.field.path')} description={t('remote.hint.path')} {...form.text('path')} />
      <NumberInput
        label={t('remote.field.connections_max')}
        description={t('remote.hint.connections_max')}
        min={1}
        max={8}
        value={draft.connections_max}
        onChange={(value) => set({ connections_max: typeof value === 'number' ? value : '' })}
      />
      <div aria-live="polite">
        {trial.isPending && <Waiting lines={3} />}
        {trial.isError && <Alert color="red">{asFailure(trial.error).message}</Alert>}
        {trial.data && !trial.isPending && <TrialSteps trial={trial.data} />}
      </div>
    </FormDrawer>
  )
}

type Fields = ReturnType<typeof useDraft<ReturnType<typeof serverDraftOf>>>
type Name = (typeof serverFields)['sftp'][number]

const optional: readonly string[] = ['port', 'region', 'endpoint', 'host_key', 'certificate_sha256', 'passphrase']

function Field({ name, form, isStored }: { name: Name; form: Fields; isStored: boolean }) {
  const { t } = useTranslation('integrations')
  const { draft, set } = form
  const field = name as Exclude<Name, 'name' | 'protocol'>
  const label = t(`remote.field.${field}`)
  const kept = isStored && isSealed(name) ? { placeholder: t('sealedKept') } : {}
  if (field === 'force_path_style') return <Switch label={label} {...form.tick(field)} />
  if (field === 'port') {
    return (
      <NumberInput
        label={label}
        description={t('remote.hint.port')}
        min={1}
        max={65_535}
        hideControls
        value={draft.port}
        onChange={(value) => set({ port: typeof value === 'number' ? value : '' })}
      />
    )
  }
  if (field === 'private_key') {
    return (
      <Stack gap={0}>
        <Textarea label={label} autosize minRows={2} maxRows={6} spellCheck={false} {...kept} {...form.text(field)} />
      </Stack>
    )
  }
  if (isSealed(field)) {
    return (
      <PasswordInput
        label={label}
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': t('showText') }}
        {...kept}
        {...form.text(field)}
      />
    )
  }
  return (
    <TextInput
      label={label}
      autoComplete="off"
      {...(optional.includes(field) ? { description: t('optional') } : {})}
      {...form.text(field)}
    />
  )
}
