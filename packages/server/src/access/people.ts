import { randomUUID } from "node:crypto";
import { InvalidInput, Turns } from "@outlay/core";
import type { CollectionRecord, Storage } from "../storage/storage.ts";
import type { Person, Role } from "./principal.ts";

/** Somebody with an account, as it is kept. */
export interface StoredPerson {
  id: string;
  name: string;
  /** In lower case; nobody else has the same. */
  email: string;
  role: Role;
  /** The value of the dimension `user` whose events are their own. */
  user: string;
  /** Cannot sign in, and has no sessions. */
  disabled: boolean;
  createdAtMs: number;
  /** null: never. */
  lastSignInAtMs: number | null;
}

/** People whose data their leads may see. */
export interface Team {
  id: string;
  name: string;
  members: TeamMember[];
  createdAtMs: number;
}

export interface TeamMember {
  personId: string;
  /** Sees the data of the team's members. */
  lead: boolean;
}

/** What may be said of a person by an administrator. */
export type PersonChange = Partial<Pick<StoredPerson, "name" | "email" | "role" | "user" | "disabled">>;

/** Everybody with an account, and their teams: in memory, because every request asks. */
export interface People {
  hasAny(): boolean;
  get(id: string): StoredPerson | null;
  byEmail(email: string): StoredPerson | null;
  /** By name. */
  list(): StoredPerson[];
  /** As the rest of the program knows them; null: there is no such person, or the account is disabled. */
  person(id: string): Person | null;
  /** InvalidInput `email_taken`. */
  add(person: StoredPerson): Promise<void>;
  /** InvalidInput `person_not_found`, `email_taken`, `last_administrator`. */
  change(id: string, change: PersonChange): Promise<StoredPerson>;
  signedIn(id: string, atMs: number): Promise<void>;
  /** InvalidInput `person_not_found`, `last_administrator`. */
  remove(id: string): Promise<StoredPerson>;
  /** By name. */
  teams(): Team[];
  /** InvalidInput `team_not_found`. */
  team(id: string): Team;
  /** InvalidInput `team_name_taken`, `person_not_found`. */
  addTeam(wanted: { name: string; members: TeamMember[] }, atMs: number): Promise<Team>;
  /** InvalidInput `team_not_found`, `team_name_taken`, `person_not_found`. */
  changeTeam(id: string, change: { name?: string; members?: TeamMember[] }): Promise<Team>;
  /** InvalidInput `team_not_found`. */
  removeTeam(id: string): Promise<Team>;
}

const PEOPLE = "people";
const TEAMS = "teams";

/** Reads who there is. */
export async function openPeople(storage: Storage): Promise<People> {
  const [people, teams] = await Promise.all([storage.listRecords(PEOPLE), storage.listRecords(TEAMS)]);
  return new Directory(storage, people.map(bodyOf<StoredPerson>), teams.map(bodyOf<Team>));
}

class Directory implements People {
  readonly #storage: Storage;
  readonly #people: Map<string, StoredPerson>;
  readonly #teams: Map<string, Team>;
  /** By the id of a lead; made again after every change. */
  #ledUsers: Map<string, string[]> | null = null;
  /** Changes are checked and stored one after the other, so that two of them cannot each leave the other's administrator. */
  readonly #changes = new Turns();

  constructor(storage: Storage, people: StoredPerson[], teams: Team[]) {
    this.#storage = storage;
    this.#people = new Map(people.map((person) => [person.id, person]));
    this.#teams = new Map(teams.map((team) => [team.id, team]));
  }

  hasAny(): boolean {
    return this.#people.size > 0;
  }

  get(id: string): StoredPerson | null {
    return this.#people.get(id) ?? null;
  }

  byEmail(email: string): StoredPerson | null {
    const wanted = email.trim().toLowerCase();
    for (const person of this.#people.values()) if (person.email === wanted) return person;
    return null;
  }

  list(): StoredPerson[] {
    return byName(this.#people.values());
  }

  person(id: string): Person | null {
    const stored = this.#people.get(id);
    if (stored === undefined || stored.disabled) return null;
    const { name, email, role, user } = stored;
    return { id, name, email, role, user, leadsUsers: this.#usersLedBy(id) };
  }

  add(person: StoredPerson): Promise<void> {
    return this.#changes.take(async () => {
      this.#requireFreeEmail(person.email, person.id);
      await this.#put(person);
    });
  }

  change(id: string, change: PersonChange): Promise<StoredPerson> {
    return this.#changes.take(async () => {
      const before = this.#known(id);
      const after = { ...before, ...change };
      if (change.email !== undefined) this.#requireFreeEmail(change.email, id);
      if (after.role !== "administrator" || after.disabled) this.#requireOtherAdministrator(before);
      await this.#put(after);
      return after;
    });
  }

  signedIn(id: string, atMs: number): Promise<void> {
    return this.#changes.take(async () => {
      const person = this.#people.get(id);
      if (person !== undefined) await this.#put({ ...person, lastSignInAtMs: atMs });
    });
  }

  remove(id: string): Promise<StoredPerson> {
    return this.#changes.take(async () => {
      const person = this.#known(id);
      this.#requireOtherAdministrator(person);
      const left = [...this.#teams.values()]
        .filter(({ members }) => members.some(({ personId }) => personId === id))
        .map((team) => ({ ...team, members: team.members.filter(({ personId }) => personId !== id) }));
      await this.#putTeams(left);
      await this.#storage.deleteRecords(PEOPLE, [id]);
      this.#people.delete(id);
      this.#ledUsers = null;
      return person;
    });
  }

  teams(): Team[] {
    return byName(this.#teams.values());
  }

  team(id: string): Team {
    const team = this.#teams.get(id);
    if (team !== undefined) return team;
    throw new InvalidInput("team_not_found", `There is no team with the id ${id}; see GET /api/v1/teams`, {
      field: "id",
      status: 404,
    });
  }

  addTeam({ name, members }: { name: string; members: TeamMember[] }, atMs: number): Promise<Team> {
    return this.#changes.take(async () => {
      const team = { id: randomUUID(), name, members: this.#checkedMembers(members), createdAtMs: atMs };
      this.#requireFreeTeamName(name, team.id);
      await this.#putTeams([team]);
      return team;
    });
  }

  changeTeam(id: string, { name, members }: { name?: string; members?: TeamMember[] }): Promise<Team> {
    return this.#changes.take(async () => {
      const before = this.team(id);
      if (name !== undefined) this.#requireFreeTeamName(name, id);
      const after: Team = {
        ...before,
        name: name ?? before.name,
        members: members === undefined ? before.members : this.#checkedMembers(members),
      };
      await this.#putTeams([after]);
      return after;
    });
  }

  removeTeam(id: string): Promise<Team> {
    return this.#changes.take(async () => {
      const team = this.team(id);
      await this.#storage.deleteRecords(TEAMS, [id]);
      this.#teams.delete(id);
      this.#ledUsers = null;
      return team;
    });
  }

  #known(id: string): StoredPerson {
    const person = this.#people.get(id);
    if (person !== undefined) return person;
    throw new InvalidInput("person_not_found", `There is no person with the id ${id}; see GET /api/v1/people`, {
      field: "id",
      status: 404,
    });
  }

  #requireFreeEmail(email: string, forId: string): void {
    const other = this.byEmail(email);
    if (other === null || other.id === forId) return;
    throw new InvalidInput("email_taken", `Somebody with the e-mail address "${email}" has an account already`, {
      field: "email",
      status: 409,
    });
  }

  #requireFreeTeamName(name: string, forId: string): void {
    for (const team of this.#teams.values()) {
      if (team.id === forId || team.name.toLowerCase() !== name.toLowerCase()) continue;
      throw new InvalidInput("team_name_taken", `There is a team "${team.name}" already`, {
        field: "name",
        status: 409,
      });
    }
  }

  #requireOtherAdministrator(person: StoredPerson): void {
    if (person.role !== "administrator" || person.disabled) return;
    for (const other of this.#people.values()) {
      if (other.id !== person.id && other.role === "administrator" && !other.disabled) return;
    }
    throw new InvalidInput(
      "last_administrator",
      `${person.email} is the last administrator: make somebody else one first`,
      { field: "role", status: 409 },
    );
  }

  #checkedMembers(members: TeamMember[]): TeamMember[] {
    const byId = new Map<string, TeamMember>();
    for (const { personId, lead } of members) byId.set(this.#known(personId).id, { personId, lead });
    return [...byId.values()];
  }

  #usersLedBy(id: string): string[] {
    this.#ledUsers ??= this.#findLedUsers();
    return this.#ledUsers.get(id) ?? [];
  }

  #findLedUsers(): Map<string, string[]> {
    const found = new Map<string, Set<string>>();
    for (const { members } of this.#teams.values()) {
      const users = members.flatMap(({ personId }) => this.#people.get(personId)?.user ?? []);
      for (const { personId, lead } of members) {
        if (!lead) continue;
        const led = found.get(personId) ?? new Set();
        for (const user of users) led.add(user);
        found.set(personId, led);
      }
    }
    return new Map([...found].map(([id, users]) => [id, [...users].toSorted()]));
  }

  async #put(person: StoredPerson): Promise<void> {
    await this.#storage.putRecords(PEOPLE, [{ id: person.id, atMs: person.createdAtMs, body: person }]);
    this.#people.set(person.id, person);
    this.#ledUsers = null;
  }

  async #putTeams(teams: Team[]): Promise<void> {
    if (teams.length === 0) return;
    await this.#storage.putRecords(
      TEAMS,
      teams.map((team) => ({ id: team.id, atMs: team.createdAtMs, body: team })),
    );
    for (const team of teams) this.#teams.set(team.id, team);
    this.#ledUsers = null;
  }
}

function bodyOf<T>(record: CollectionRecord): T {
  return record.body as T;
}

function byName<T extends { name: string; id: string }>(things: Iterable<T>): T[] {
  return [...things].toSorted((one, other) => one.name.localeCompare(other.name) || (one.id < other.id ? -1 : 1));
}
