// The form of a department or a team: new, renamed, in another colour, moved.

import { Select, TagsInput, Text, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAct } from '../../../components/act.ts'
import { useDraft } from '../../../components/draft.ts'
import { FormDrawer } from '../../../components/form-drawer.tsx'
import { ColourChoice } from '../colour-choice.tsx'
import {
  type Colour,
  changeDepartment,
  changeTeam,
  createDepartment,
  createTeam,
  type Department,
  type Team,
} from './queries.ts'

export type GroupTask =
  | { kind: 'newDepartment' }
  | { kind: 'department'; department: Department }
  | { kind: 'newTeam'; department: Department }
  | { kind: 'team'; team: Team; department: Department }

const nameCharsMax = 30

export function GroupDrawer(props: { task: GroupTask; departments: Department[]; onClose: () => void }) {
  const { task, departments, onClose } = props
  const { t } = useTranslation(['settings', 'shell'])
  const form = useDraft({
    name: task.kind === 'department' ? task.department.name : task.kind === 'team' ? task.team.name : '',
    colour: task.kind === 'department' ? task.department.colour : null,
    teams: [] as string[],
    department_id: 'department' in task ? task.department.department_id : '',
  })
  const { draft, before, set } = form
  const { name, teams, department_id } = draft
  const colour = draft.colour as Colour | null
  const save = useAct(
    async (): Promise<unknown> => {
      switch (task.kind) {
        case 'newDepartment':
          return createDepartment({ name, teams, ...(colour ? { colour } : {}) })
        case 'department':
          return changeDepartment({
            id: task.department.department_id,
            ...(name === before.name ? {} : { name }),
            ...(colour && colour !== before.colour ? { colour } : {}),
          })
        case 'newTeam':
          return createTeam({ name, department_id })
        case 'team':
          return changeTeam({
            id: task.team.team_id,
            ...(name === before.name ? {} : { name }),
            ...(department_id === before.department_id ? {} : { department_id }),
          })
      }
    },
    { touches: [['departments'], ['users']], done: t('groups.saved'), isQuiet: true, onDone: onClose },
  )
  const isDepartment = task.kind === 'newDepartment' || task.kind === 'department'
  return (
    <FormDrawer
      title={t(`groups.task.${task.kind}`)}
      submit={t('shell:action.save')}
      isDirty={form.isDirty}
      save={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput
        label={t('groups.name')}
        description={t('groups.nameText')}
        required
        maxLength={nameCharsMax}
        data-autofocus
        {...form.text('name')}
      />
      {isDepartment && <ColourChoice value={draft.colour} onChange={(value) => set({ colour: value })} />}
      {task.kind === 'newDepartment' && (
        <TagsInput label={t('groups.teams')} description={t('groups.teamsText')} {...form.value('teams')} />
      )}
      {!isDepartment && (
        <Select
          label={t('groups.department')}
          allowDeselect={false}
          data={departments.map((one) => ({ value: one.department_id, label: one.name }))}
          value={department_id}
          onChange={(value) => value && set({ department_id: value })}
        />
      )}
      {(task.kind === 'department' || task.kind === 'team') && (
        <Text size="sm" c="dimmed">
          {t('groups.renameText')}
        </Text>
      )}
    </FormDrawer>
  )
}
