"""PubMed records that we write ourselves: the same PMID always gives the same record, outside PubMed's range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

FIRST_PMID = 90_000_001

# True pharmacology, our own sentences; each is formatted with a drug, a target and a made-up measured value.
PAIRS = (
    ("imatinib", "inhibitor", "BCR-ABL1"),
    ("gefitinib", "inhibitor", "epidermal growth factor receptor"),
    ("vemurafenib", "inhibitor", "BRAF"),
    ("celecoxib", "inhibitor", "cyclooxygenase-2"),
    ("simvastatin", "inhibitor", "HMG-CoA reductase"),
    ("captopril", "inhibitor", "angiotensin-converting enzyme"),
    ("sildenafil", "inhibitor", "phosphodiesterase 5"),
    ("donepezil", "inhibitor", "acetylcholinesterase"),
    ("rivaroxaban", "inhibitor", "coagulation factor Xa"),
    ("sitagliptin", "inhibitor", "dipeptidyl peptidase 4"),
    ("losartan", "antagonist", "angiotensin II type 1 receptor"),
    ("propranolol", "antagonist", "beta-adrenergic receptor"),
    ("haloperidol", "antagonist", "dopamine D2 receptor"),
    ("montelukast", "antagonist", "cysteinyl leukotriene receptor 1"),
    ("naloxone", "antagonist", "mu-opioid receptor"),
    ("salbutamol", "agonist", "beta-2 adrenergic receptor"),
    ("morphine", "agonist", "mu-opioid receptor"),
    ("pioglitazone", "agonist", "PPAR-gamma"),
    ("amlodipine", "blocker", "L-type calcium channel"),
    ("diazepam", "positive allosteric modulator", "GABA-A receptor"),
)
_SENTENCES = {
    "inhibitor": "{Drug} inhibited {target} with an IC50 of {value} nM in a cell-free assay.",
    "antagonist": "{Drug} acted as a competitive antagonist at the {target} with a Ki of {value} nM.",
    "agonist": "{Drug} was an agonist of the {target} and reached half of its effect at {value} nM.",
    "blocker": "{Drug} blocked the {target} in isolated cells at {value} nM.",
    "positive allosteric modulator": "{Drug} enhanced the response of the {target} to its transmitter at {value} nM.",
}
_BACKGROUND = (
    "The dose that is needed varies between patients.",
    "Data from our laboratory are limited to one tissue so far.",
    "We repeated earlier work with a larger number of samples.",
)
_CLOSING = ("The vehicle alone had no effect.", "No change in cell number was seen.", "Further study of the dose is under way.")


class Kind(Enum):
    """What sort of record a PMID has."""

    ARTICLE = "article"
    NO_ABSTRACT = "no abstract"
    FRENCH = "french"
    RETRACTED = "retracted"
    BOOK = "book"


@dataclass(frozen=True, slots=True)
class Corpus:
    """`articles` records with consecutive PMIDs, `per_day` of them entered on each day from `first_day` on."""

    articles: int = 1000
    per_day: int = 50
    first_day: date = date(2015, 1, 1)
    first_pmid: int = FIRST_PMID

    @property
    def pmids(self) -> range:
        """All PMIDs there are."""
        return range(self.first_pmid, self.first_pmid + self.articles)

    def entered(self, pmid: int) -> date:
        """The record's entry date (edat)."""
        return self.first_day + timedelta(days=(pmid - self.first_pmid) // self.per_day)

    def between(self, first: date, last: date) -> range:
        """PMIDs entered from `first` to `last`, both included."""
        start = max((first - self.first_day).days, 0) * self.per_day
        stop = max((last - self.first_day).days + 1, 0) * self.per_day
        return self.pmids[min(start, self.articles) : min(stop, self.articles)]


def kind_of(pmid: int) -> Kind:
    """Of every 100 records one is a book, one retracted, two are French and four have no abstract."""
    return {
        7: Kind.BOOK,
        13: Kind.RETRACTED,
        29: Kind.FRENCH,
        79: Kind.FRENCH,
        **dict.fromkeys((21, 43, 61, 97), Kind.NO_ABSTRACT),
    }.get(pmid % 100, Kind.ARTICLE)


def triplet_of(pmid: int) -> tuple[str, str, str]:
    """The (drug, interaction, target) that the record speaks of."""
    return PAIRS[pmid % len(PAIRS)]


def title_of(pmid: int) -> str:
    """The record's title, markup not included."""
    drug, _, target = triplet_of(pmid)
    return f"Effect of {drug} on the {target}: synthetic record {pmid}."


def sentences_of(pmid: int) -> tuple[str, str, str]:
    """The record's abstract; the middle sentence states the interaction."""
    drug, interaction, target = triplet_of(pmid)
    value = 1 + (pmid * 7919) % 997
    result = _SENTENCES[interaction].format(Drug=drug.capitalize(), target=target, value=value)
    return _BACKGROUND[pmid % 3], result, _CLOSING[pmid // 3 % 3]


def record_xml(pmid: int, entered: date) -> str:
    """One element of a PubmedArticleSet, in the shape of NCBI's EFetch answers."""
    return _book(pmid) if kind_of(pmid) is Kind.BOOK else _article(pmid, entered, kind_of(pmid))


def _article(pmid: int, entered: date, kind: Kind) -> str:
    day = f"<Year>{entered.year}</Year><Month>{entered.month:02}</Month><Day>{entered.day:02}</Day>"
    french = kind is Kind.FRENCH
    types = '<PublicationType UI="D016428">Journal Article</PublicationType>'
    corrections = ""
    if kind is Kind.RETRACTED:
        types += '<PublicationType UI="D016441">Retracted Publication</PublicationType>'
        corrections = (
            '<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J Synth Rec. 2016;1:2</RefSource>'
            f'<PMID Version="1">{pmid + 1}</PMID></CommentsCorrections></CommentsCorrectionsList>'
        )
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM" IndexingMethod="Manual"><PMID Version="1">{pmid}</PMID>'
        f'<DateRevised>{day}</DateRevised><Article PubModel="Print"><Journal><ISSN IssnType="Print">0000-0000</ISSN>'
        f'<JournalIssue CitedMedium="Print"><Volume>1</Volume><Issue>1</Issue><PubDate><Year>{entered.year}</Year></PubDate>'
        "</JournalIssue><Title>Journal of synthetic records</Title><ISOAbbreviation>J Synth Rec</ISOAbbreviation></Journal>"
        f"<ArticleTitle>{title_of(pmid)}</ArticleTitle>"
        f"<Pagination><MedlinePgn>{pmid % 900}-{pmid % 900 + 8}</MedlinePgn></Pagination>"
        f"{'' if kind is Kind.NO_ABSTRACT else _abstract(pmid)}"
        '<AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Synth</LastName><ForeName>Ada</ForeName>'
        f"<Initials>A</Initials></Author></AuthorList><Language>{'fre' if french else 'eng'}</Language>"
        f"<PublicationTypeList>{types}</PublicationTypeList>"
        f"{f'<VernacularTitle>Notice synthétique {pmid}.</VernacularTitle>' if french else ''}</Article>"
        "<MedlineJournalInfo><Country>Switzerland</Country><MedlineTA>J Synth Rec</MedlineTA><NlmUniqueID>0000000</NlmUniqueID>"
        f"</MedlineJournalInfo>{corrections}</MedlineCitation><PubmedData><History>"
        f'<PubMedPubDate PubStatus="entrez">{day}</PubMedPubDate></History><PublicationStatus>ppublish</PublicationStatus>'
        f'<ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId></ArticleIdList></PubmedData></PubmedArticle>'
    )


def _abstract(pmid: int) -> str:
    background, result, closing = sentences_of(pmid)
    if pmid % 4:
        return f"<Abstract><AbstractText>{background} {result} {closing}</AbstractText></Abstract>"
    parts = zip(("BACKGROUND", "RESULTS", "CONCLUSIONS"), (background, result, closing), strict=True)
    labelled = (f'<AbstractText Label="{label}" NlmCategory="{label}">{text}</AbstractText>' for label, text in parts)
    return f"<Abstract>{''.join(labelled)}</Abstract>"


def _book(pmid: int) -> str:
    return (
        f'<PubmedBookArticle><BookDocument><PMID Version="1">{pmid}</PMID><ArticleIdList>'
        f'<ArticleId IdType="bookaccession">SYN{pmid}</ArticleId></ArticleIdList><Book><Publisher>'
        "<PublisherName>Synthetic Press</PublisherName></Publisher>"
        '<BookTitle book="synth">Synthetic chapters</BookTitle><PubDate><Year>2015</Year></PubDate>'
        f'</Book><ArticleTitle book="synth" part="{pmid}">{title_of(pmid)}</ArticleTitle><Language>eng</Language>'
        f"{_abstract(pmid)}</BookDocument><PubmedBookData><PublicationStatus>ppublish</PublicationStatus><ArticleIdList>"
        f'<ArticleId IdType="pubmed">{pmid}</ArticleId></ArticleIdList></PubmedBookData></PubmedBookArticle>'
    )
