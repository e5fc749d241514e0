// Sets up a source of inbound webhooks, or changes how its messages are read.

import { PasswordInput, SegmentedControl, Select, Text, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { changesOf, useDraft } from '../../../components/draft.ts'
import { FormDrawer } from '../../../components/form-drawer.tsx'
import { Pairs } from '../parts/pairs.tsx'
import { type FreshSource, type Scheme, type Source, schemes } from './queries.ts'
import { settingNames, sourceBodyOf, sourceDraftOf } from './source-draft.ts'

export function SourceForm({
  source,
  onClose,
  onDone,
}: {
  source?: Source
  onClose: () => void
  onDone: (made: Source | FreshSource) => void
}) {
  const { t } = useTranslation('integrations')
  const form = useDraft(sourceDraftOf(source))
  const { draft, before, set } = form
  const save = useAct(
    (): Promise<Source | FreshSource> => {
      if (!source) return told(api.POST('/v1/inbound-sources', { body: sourceBodyOf(draft) }))
      // What is as it was is not sent: the source may have a reader that this form does not know.
      const body = changesOf(sourceBodyOf(before), sourceBodyOf(draft))
      return told(api.PATCH('/v1/inbound-sources/{id}', { params: { path: { id: source.source_id } }, body }))
    },
    { touches: [['inbound']], isQuiet: true, onDone },
  )
  const known = settingNames[draft.scheme]
  return (
    <FormDrawer
      title={t(source ? 'inbound.edit' : 'inbound.add')}
      submit={t(source ? 'action.save' : 'action.create', { ns: 'shell' })}
      isDirty={form.isDirty}
      save={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput label={t('name')} required maxLength={200} {...form.text('name')} />
      {!source && (
        <>
          <Select
            label={t('inbound.proof')}
            description={t('inbound.proofHint')}
            allowDeselect={false}
            data={schemes.map((value) => ({ value, label: t(`inbound.scheme.${value}`) }))}
            value={draft.scheme}
            onChange={(scheme) => set({ scheme: scheme as Scheme })}
          />
          <PasswordInput
            label={t('inbound.secret')}
            description={t('inbound.secretHint')}
            autoComplete="off"
            visibilityToggleButtonProps={{ 'aria-label': t('showText') }}
            {...form.text('secret')}
          />
        </>
      )}
      {known && (
        <Pairs
          legend={t('inbound.settings')}
          about={t('inbound.settingsHint', { names: known.join(', ') })}
          names={{ name: t('pair.setting'), value: t('pair.value') }}
          pairs={draft.settings}
          onChange={(settings) => set({ settings })}
        />
      )}
      <Select
        label={t('inbound.reader')}
        allowDeselect={false}
        data={(['conversations', 'none'] as const).map((value) => ({ value, label: t(`inbound.readers.${value}`) }))}
        {...form.value('reader')}
      />
      {draft.reader === 'conversations' && (
        <>
          <div>
            <Text size="sm" fw={500} id="kind">
              {t('inbound.kind')}
            </Text>
            <SegmentedControl
              aria-labelledby="kind"
              data={(['call', 'chat'] as const).map((value) => ({ value, label: t(`inbound.kinds.${value}`) }))}
              {...form.value('kind')}
            />
          </div>
          <Pairs
            legend={t('inbound.fields')}
            about={t(`inbound.fieldsHint.${draft.kind}`)}
            names={{ name: t('pair.field'), value: t('pair.place') }}
            pairs={draft.fields}
            onChange={(fields) => set({ fields })}
          />
          {draft.kind === 'chat' && (
            <Pairs
              legend={t('inbound.messageFields')}
              names={{ name: t('pair.field'), value: t('pair.place') }}
              pairs={draft.messageFields}
              onChange={(messageFields) => set({ messageFields })}
            />
          )}
          <Pairs
            legend={t('inbound.constants')}
            about={t('inbound.constantsHint')}
            names={{ name: t('pair.field'), value: t('pair.value') }}
            pairs={draft.constants}
            onChange={(constants) => set({ constants })}
          />
          <Pairs
            legend={t('inbound.when')}
            about={t('inbound.whenHint')}
            names={{ name: t('pair.place'), value: t('pair.values') }}
            pairs={draft.when}
            onChange={(when) => set({ when })}
          />
        </>
      )}
    </FormDrawer>
  )
}
