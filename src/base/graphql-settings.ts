/** What an operator decides about GraphQL for all services, under `graphql` in parlance.yaml. */

export interface GraphqlSettings {
  readonly limits: GraphqlLimits;
  /** Whether callers may ask for the schema. */
  readonly introspection: boolean;
  /** Whether calls for different keys are made as one call of a list operation. */
  readonly keyLists: boolean;
  readonly documents: GraphqlDocuments | undefined;
}

/** What one document, or one request, may ask for at most. */
export interface GraphqlLimits {
  readonly tokensMax: number;
  readonly depthMax: number;
  readonly fieldsMax: number;
  readonly rootFieldsMax: number;
  readonly aliasesMax: number;
  readonly directivesMax: number;
  /** Fields times the lengths of the lists in which they stand. */
  readonly costMax: number;
  /** What a list is taken to hold. */
  readonly listLength: number;
  /** 1: no batches. */
  readonly batchMax: number;
}

export interface GraphqlDocuments {
  /** By their ids. */
  readonly texts: Readonly<Record<string, string>>;
  /** Whether callers may send no others. */
  readonly only: boolean;
}

export const defaultGraphqlSettings: GraphqlSettings = {
  limits: {
    tokensMax: 5_000,
    depthMax: 20,
    fieldsMax: 1_000,
    rootFieldsMax: 50,
    aliasesMax: 50,
    directivesMax: 50,
    costMax: 100_000,
    listLength: 10,
    batchMax: 1,
  },
  introspection: true,
  keyLists: true,
  documents: undefined,
};
