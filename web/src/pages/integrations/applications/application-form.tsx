// Registers an application, or changes what it may do and where it may send people back to.

import { Radio, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { useDraft } from '../../../components/draft.ts'
import { FormDrawer } from '../../../components/form-drawer.tsx'
import { ScopeChoice } from '../parts/scopes.tsx'
import type { Application, FreshApplication } from './queries.ts'

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

export function ApplicationForm({
  known,
  onClose,
  onDone,
}: {
  known?: Application
  onClose: () => void
  onDone: (made: Application | FreshApplication) => void
}) {
  const { t } = useTranslation('integrations')
  const form = useDraft({
    name: known?.name ?? '',
    kind: (known?.kind ?? 'confidential') as 'public' | 'confidential',
    redirects: known?.redirect_uris.join('\n') ?? '',
    scopes: known?.scopes ?? ['calls:read'],
    acts_alone: known?.acts_alone ?? false,
  })
  const { draft, set } = form
  const save = useAct(
    (): Promise<Application | FreshApplication> => {
      const { redirects, kind, acts_alone, ...rest } = draft
      const alone = kind === 'confidential' ? { acts_alone } : {}
      const body = { ...rest, ...alone, redirect_uris: linesOf(redirects) }
      if (!known) return told(api.POST('/v1/oauth/applications', { body: { ...body, kind } }))
      return told(api.PATCH('/v1/oauth/applications/{id}', { params: { path: { id: known.client_id } }, body }))
    },
    { touches: [['applications']], isQuiet: true, onDone },
  )
  return (
    <FormDrawer
      title={t(known ? 'applications.edit' : 'applications.add')}
      submit={t(known ? 'action.save' : 'action.create', { ns: 'shell' })}
      isDirty={form.isDirty}
      save={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput
        label={t('name')}
        description={t('applications.nameHint')}
        required
        maxLength={200}
        {...form.text('name')}
      />
      {!known && (
        <Radio.Group label={t('applications.where')} {...form.value('kind')}>
          <Stack gap="xs" mt="xs">
            {(['confidential', 'public'] as const).map((kind) => (
              <Radio
                key={kind}
                value={kind}
                label={t(`applications.kind.${kind}`)}
                description={t(`applications.kindHint.${kind}`)}
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
      <Textarea
        label={t('applications.redirects')}
        description={t('applications.redirectsHint')}
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        {...form.text('redirects')}
      />
      {draft.kind === 'confidential' && (
        <Switch
          label={t('applications.alone')}
          description={t('applications.aloneHint')}
          {...form.tick('acts_alone')}
        />
      )}
      <ScopeChoice value={draft.scopes} onChange={(scopes) => set({ scopes })} about={t('applications.scopesHint')} />
    </FormDrawer>
  )
}
