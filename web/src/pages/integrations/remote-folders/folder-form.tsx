// Sets up a folder that is fetched by a schedule, or changes one.

import { Checkbox, Group, NumberInput, SegmentedControl, Select, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { useDraft } from '../../../components/draft.ts'
import { FormDrawer } from '../../../components/form-drawer.tsx'
import { folderBodyOf, folderDraftOf, weekDays } from './folder-draft.ts'
import { PatternInput } from './pattern-input.tsx'
import { type Folder, serversQuery } from './queries.ts'

export function FolderForm({
  folder,
  onClose,
  onDone,
}: {
  folder?: Folder
  onClose: () => void
  onDone: (made: Pick<Folder, 'folder_id'>) => void
}) {
  const { t } = useTranslation('integrations')
  const servers = useQuery(serversQuery)
  const form = useDraft(folderDraftOf(folder))
  const { draft, set } = form
  const save = useAct(
    (): Promise<Pick<Folder, 'folder_id'>> =>
      folder
        ? told(
            api.PATCH('/v1/remote-folders/{id}', {
              params: { path: { id: folder.folder_id } },
              body: folderBodyOf(draft, folder),
            }),
          )
        : told(api.POST('/v1/remote-folders', { body: folderBodyOf(draft) })),
    { touches: [['remote-folders']], isQuiet: true, onDone },
  )
  const numeric = (name: 'depth' | 'minutes' | 'steadySeconds' | 'notifyAfter') => ({
    value: draft[name],
    onChange: (value: number | string) => set({ [name]: typeof value === 'number' ? value : '' }),
  })
  const options = <T extends string>(values: readonly T[], label: (value: T) => string) =>
    values.map((value) => ({ value, label: label(value) }))
  return (
    <FormDrawer
      title={t(folder ? 'remote.editFolder' : 'remote.addFolder')}
      submit={t(folder ? 'action.save' : 'action.create', { ns: 'shell' })}
      isDirty={form.isDirty}
      save={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput label={t('name')} required maxLength={200} {...form.text('name')} />
      <Select
        label={t('remote.folder.server')}
        description={servers.data?.length === 0 ? t('remote.noFolders.noServer') : undefined}
        required
        data={(servers.data ?? []).map((one) => ({ value: one.server_id, label: one.name }))}
        {...form.value('server_id')}
      />
      <TextInput label={t('remote.folder.path')} description={t('remote.folder.pathHint')} {...form.text('path')} />
      <NumberInput label={t('remote.folder.depth')} min={0} max={20} {...numeric('depth')} />
      <PatternInput pattern={draft.pattern} onChange={(pattern) => set({ pattern })} />
      <div>
        <Text size="sm" fw={500} id="rhythm">
          {t('remote.folder.schedule')}
        </Text>
        <SegmentedControl
          aria-labelledby="rhythm"
          data={options(['every', 'times'] as const, (value) => t(`remote.folder.${value}`))}
          {...form.value('rhythm')}
        />
      </div>
      {draft.rhythm === 'every' ? (
        <NumberInput label={t('remote.folder.minutes')} min={0.2} max={1440} {...numeric('minutes')} />
      ) : (
        <>
          <TextInput
            label={t('remote.folder.hours')}
            description={t('remote.folder.hoursHint')}
            {...form.text('times')}
          />
          <Checkbox.Group
            label={t('remote.folder.days')}
            description={t('remote.folder.daysHint')}
            {...form.value('days')}
          >
            <Group gap="sm" mt={6}>
              {weekDays.map((day) => (
                <Checkbox key={day} value={day} label={t(`day.${day}`)} />
              ))}
            </Group>
          </Checkbox.Group>
        </>
      )}
      <Select
        label={t('remote.folder.complete')}
        allowDeselect={false}
        data={options(['steady', 'marker', 'at_once'] as const, (value) => t(`remote.complete.${value}`))}
        {...form.value('complete')}
      />
      {draft.complete === 'steady' && (
        <NumberInput label={t('remote.folder.steady')} min={1} {...numeric('steadySeconds')} />
      )}
      {draft.complete === 'marker' && <TextInput label={t('remote.folder.suffix')} {...form.text('suffix')} />}
      <Select
        label={t('remote.folder.afterwards')}
        allowDeselect={false}
        data={options(['leave', 'move', 'delete'] as const, (value) => t(`remote.afterwards.${value}`))}
        {...form.value('afterwards')}
      />
      {draft.afterwards === 'move' && (
        <TextInput
          label={t('remote.folder.to')}
          description={t('remote.folder.toHint')}
          required
          {...form.text('to')}
        />
      )}
      <TextInput label={t('remote.folder.failedTo')} description={t('optional')} {...form.text('failedTo')} />
      <Select
        label={t('remote.folder.sidecars')}
        allowDeselect={false}
        data={options(['used', 'required', 'off'] as const, (value) => t(`remote.sidecars.${value}`))}
        {...form.value('sidecars')}
      />
      <Select
        label={t('remote.folder.people')}
        allowDeselect={false}
        data={options(['create_or_leave', 'create', 'leave', 'refuse'] as const, (value) =>
          t(`remote.people.${value}`),
        )}
        {...form.value('unknownPeople')}
      />
      <TextInput
        label={t('remote.folder.emails')}
        description={t('remote.folder.emailsHint')}
        {...form.text('emails')}
      />
      <NumberInput label={t('remote.folder.after')} min={1} {...numeric('notifyAfter')} />
    </FormDrawer>
  )
}
