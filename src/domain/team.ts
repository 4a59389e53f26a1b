/** The tenant that owns keys, members and figures, usually a company. */
export interface Team {
  id: string;
  name: string;
}
