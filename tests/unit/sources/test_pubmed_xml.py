from __future__ import annotations

import io

import pytest
from lxml import etree

from dti.domain.documents import Correction, Document, DocumentStatus, MeshHeading, Section, Substance
from dti.sources import Limits, SourceFault, pubmed_xml, read
from dti.sources import _pubmed_flat as flat
from dti.sources import _pubmed_header as header

# A made-up citation with every part that is kept, in NLM's order and layout.
FULL = """<PubmedArticle>
  <MedlineCitation Status="MEDLINE" Owner="NLM">
    <PMID Version="2">90000001</PMID>
    <DateCompleted><Year>2020</Year><Month>01</Month><Day>02</Day></DateCompleted>
    <DateRevised><Year>2021</Year><Month>03</Month><Day>04</Day></DateRevised>
    <Article PubModel="Print">
      <Journal><ISSN IssnType="Print">0000-0000</ISSN>
        <JournalIssue CitedMedium="Print"><Volume>1</Volume><Issue>2</Issue>
          <PubDate><MedlineDate>2019 Dec-2020 Jan</MedlineDate></PubDate></JournalIssue>
        <Title>Journal of examples &amp; tests</Title><ISOAbbreviation>J Ex</ISOAbbreviation></Journal>
      <ArticleTitle>[Blockade of &#x3b2;<sub>2</sub>-receptors by <i>exemplol</i>].</ArticleTitle>
      <Pagination><MedlinePgn>1-9</MedlinePgn></Pagination>
      <ELocationID EIdType="doi" ValidYN="Y">10.1234/located</ELocationID>
      <Abstract><AbstractText Label="AIMS" NlmCategory="OBJECTIVE">H<sub>2</sub>O<sub>2</sub> &amp;lt; 10<sup>-6</sup> M.
        </AbstractText>
        <AbstractText Label="UNLABELLED">It worked.</AbstractText>
        <CopyrightInformation>Copyright Example.</CopyrightInformation></Abstract>
      <AuthorList CompleteYN="Y">
        <Author ValidYN="Y"><LastName>Beispiel</LastName><ForeName>Anna B</ForeName><Initials>AB</Initials><Suffix>Jr</Suffix>
          <Identifier Source="ORCID">0000</Identifier>
          <AffiliationInfo><Affiliation>Example <i>University</i>.</Affiliation></AffiliationInfo></Author>
        <Author ValidYN="N"><LastName>Wrong</LastName></Author>
        <Author ValidYN="Y"><CollectiveName>The EXAMPLE Study Group</CollectiveName></Author>
      </AuthorList>
      <Language>ger</Language><Language>eng</Language>
      <GrantList CompleteYN="Y"><Grant><GrantID>1</GrantID></Grant></GrantList>
      <PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>
        <PublicationType UI="D016441">Retracted Publication</PublicationType></PublicationTypeList>
      <VernacularTitle>Blockade von &#x3b2;<sub>2</sub>-Rezeptoren.</VernacularTitle>
      <ArticleDate DateType="Electronic"><Year>2019</Year><Month>11</Month><Day>30</Day></ArticleDate>
    </Article>
    <MedlineJournalInfo><MedlineTA>J Ex</MedlineTA></MedlineJournalInfo>
    <ChemicalList><Chemical><RegistryNumber>50-00-0</RegistryNumber>
      <NameOfSubstance UI="D000001">Exemplol</NameOfSubstance></Chemical></ChemicalList>
    <CitationSubset>IM</CitationSubset>
    <CommentsCorrectionsList>
      <CommentsCorrections RefType="RetractionIn"><RefSource>J Ex. 2022</RefSource><PMID Version="1">90000002</PMID>
      </CommentsCorrections>
      <CommentsCorrections RefType="Cites"><RefSource>J Ex. 2001</RefSource><PMID Version="1">1</PMID>
      </CommentsCorrections>
    </CommentsCorrectionsList>
    <MeshHeadingList>
      <MeshHeading><DescriptorName UI="D006801" MajorTopicYN="N">Humans</DescriptorName></MeshHeading>
      <MeshHeading><DescriptorName UI="D000002" MajorTopicYN="N">Receptors</DescriptorName>
        <QualifierName UI="Q000188" MajorTopicYN="N">drug effects</QualifierName>
        <QualifierName UI="Q000517" MajorTopicYN="Y">prevention &amp; control</QualifierName></MeshHeading>
    </MeshHeadingList>
    <KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">word</Keyword></KeywordList>
  </MedlineCitation>
  <PubmedData>
    <History><PubMedPubDate PubStatus="entrez"><Year>2020</Year></PubMedPubDate></History>
    <PublicationStatus>ppublish</PublicationStatus>
    <ArticleIdList><ArticleId IdType="pubmed">90000001</ArticleId><ArticleId IdType="doi">10.1234/own</ArticleId>
      <ArticleId IdType="pmc">PMC900001</ArticleId></ArticleIdList>
    <ReferenceList><Reference><Citation>x</Citation><ArticleIdList><ArticleId IdType="doi">10.1/cited</ArticleId>
    </ArticleIdList></Reference></ReferenceList>
  </PubmedData>
</PubmedArticle>"""

EXPECTED = Document(
    source="pmid",
    id="90000001",
    title="[Blockade of β2-receptors by exemplol].",
    abstract="AIMS: H2O2 < 10-6 M. It worked.",
    sections=(Section("H2O2 < 10-6 M.", "AIMS", "OBJECTIVE"), Section("It worked.", "UNLABELLED")),
    vernacular_title="Blockade von β2-Rezeptoren.",
    pmid="90000001",
    pmcid="PMC900001",
    doi="10.1234/own",
    version=2,
    languages=("ger", "eng"),
    journal="Journal of examples & tests",
    published="2019-12",
    revised="2021-03-04",
    authors=("Beispiel, Anna B Jr", "The EXAMPLE Study Group"),
    publication_types=("Journal Article", "Retracted Publication"),
    mesh=(
        MeshHeading("D006801", "Humans"),
        MeshHeading("D000002", "Receptors", major=True, qualifiers=("drug effects", "prevention & control")),
    ),
    substances=(Substance("Exemplol", "D000001", "50-00-0"),),
    corrections=(Correction("RetractionIn", "90000002", "J Ex. 2022"),),
)


def items(xml: str | bytes, **options):
    data = xml.encode() if isinstance(xml, str) else xml
    return list(read(io.BytesIO(data), name="f.xml", **options))


def one(xml: str) -> Document:
    (item,) = items(xml)
    assert isinstance(item, Document), item
    return item


def article(inner: str, more: str = "") -> str:
    citation = f'<PMID Version="1">7</PMID><Article>{inner}</Article>{more}'
    return f"<PubmedArticle><MedlineCitation>{citation}</MedlineCitation></PubmedArticle>"


def test_every_field_of_a_full_citation():
    assert one(FULL) == EXPECTED
    assert EXPECTED.status is DocumentStatus.RETRACTED


def test_pattern_and_tree_give_the_same_document():
    rest, lists = flat.split(FULL.encode())
    assert header.document(rest, lists, 10_000) == EXPECTED
    assert list(pubmed_xml._from_tree(etree.fromstring(FULL), 10_000)) == [EXPECTED]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<ArticleTitle>", "<!-- x --><ArticleTitle>"),
        ("<i>exemplol</i>", "<b><i>exem</i>plol</b>"),
        ('UI="D006801" MajorTopicYN="N"', 'MajorTopicYN="N" UI="D006801"'),
        ("<LastName>Beispiel", "<LastName> Beispiel "),
        ("Study Group</CollectiveName>", "Study <i>Group</i></CollectiveName>"),
        ("<NameOfSubstance ", "<NameOfSubstance\n"),
        ("J Ex. 2022", "J  Ex.\n2022"),
        ("It worked.", "It<?pi?> worked."),
        ("Exemplol", "<![CDATA[Exemplol]]>"),
    ],
)
def test_odd_but_equal_spellings_change_nothing(old, new):
    """Each of them falls out of a pattern and is read by the tree."""
    assert old in FULL
    assert one(FULL.replace(old, new, 1)) == EXPECTED


TAGS = (
    "<Author ",
    "</Author>",
    "<MeshHeading>",
    "</MeshHeading>",
    "</DescriptorName>",
    "</Chemical>",
    "<AuthorList",
    "</AuthorList>",
)


@pytest.mark.parametrize(("tag", "occurrence"), [(tag, n) for tag in TAGS for n in range(FULL.count(tag))])
def test_a_list_that_lost_a_tag_is_never_half_read(tag, occurrence):
    parts = FULL.split(tag)
    broken = tag.join(parts[: occurrence + 1]) + tag.join(["", *parts[occurrence + 1 :]]).removeprefix(tag)
    assert len(broken) == len(FULL) - len(tag)
    (item,) = items(broken)
    assert isinstance(item, SourceFault)
    assert item.place.startswith("f.xml:")


def test_mathml_is_flattened_without_its_layout():
    math = (
        '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">\n <mml:msub><mml:mi>IC</mml:mi> <mml:mn>50</mml:mn>'
        "</mml:msub>\n"
        " <mml:mfrac><mml:mi>a</mml:mi><mml:mi>b</mml:mi></mml:mfrac><mml:annotation>tex</mml:annotation></mml:math>"
    )
    document = one(article(f"<ArticleTitle>The {math} of it</ArticleTitle>"))
    assert document.title == "The IC50a/b of it"


def test_a_namespace_of_the_set_holds_in_its_records():
    record = article("<ArticleTitle>A <m:math><m:mi>x</m:mi></m:math></ArticleTitle>")
    (item,) = items(f'<PubmedArticleSet xmlns:m="http://www.w3.org/1998/Math/MathML">\n{record}</PubmedArticleSet>')
    assert item.title == "A x"


def test_html_entities_are_read_though_no_dtd_is():
    assert one(article("<ArticleTitle>&alpha; &amp;beta; &amp;amp;lt;</ArticleTitle>")).title == "α β &lt;"


def test_other_abstracts_and_other_ids():
    document = one(
        article(
            "<ArticleTitle>T</ArticleTitle>",
            '<OtherID Source="NLM">PMC77 [Available on 01/01/10]</OtherID><OtherAbstract Type="Publisher" Language="spa">'
            '<AbstractText Label="FIN">Hola.</AbstractText></OtherAbstract>',
        )
    )
    assert document.other_abstracts == (Section("FIN: Hola.", "spa", "Publisher"),)
    assert document.pmcid == "PMC77"
    assert document.status is DocumentStatus.NO_ABSTRACT


def test_a_title_that_is_not_available_is_none():
    document = one(article("<ArticleTitle>[Not Available].</ArticleTitle><VernacularTitle>Titel</VernacularTitle>"))
    assert (document.title, document.vernacular_title) == ("", "Titel")


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("<Year>2012</Year>", "2012"),
        ("<Year>2012</Year><Month>Mar</Month>", "2012-03"),
        ("<Year>2012</Year><Month>3</Month><Day>9</Day>", "2012-03-09"),
        ("<Year>2012</Year><Season>Spring</Season>", "2012"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998-12"),
        ("<MedlineDate>2000 Spring</MedlineDate>", "2000"),
        ("<MedlineDate>2000-2001</MedlineDate>", "2000"),
        ("<MedlineDate>Winter</MedlineDate>", ""),
    ],
)
def test_dates_are_as_precise_as_the_record(date, expected):
    journal = f"<Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue><Title>J</Title></Journal>"
    assert one(article(f"{journal}<ArticleTitle>T</ArticleTitle>")).published == expected
    assert one(FULL.replace("<MedlineDate>2019 Dec-2020 Jan</MedlineDate>", date)).published == (expected or "2019-11-30")


def test_book_article():
    document = one(
        """<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID Version="1">8</PMID>
        <ArticleIdList><ArticleId IdType="bookaccession">NBK1</ArticleId><ArticleId IdType="doi">10.1234/book</ArticleId>
        </ArticleIdList>
        <Book><BookTitle>The book</BookTitle><PubDate><Year>2009</Year></PubDate>
        <AuthorList Type="editors"><Author><LastName>Editor</LastName></Author></AuthorList></Book>
        <ArticleTitle>The chapter</ArticleTitle><Language>eng</Language>
        <AuthorList Type="authors"><Author><LastName>Author</LastName></Author></AuthorList>
        <PublicationType>Review</PublicationType>
        <Abstract><AbstractText>Text.</AbstractText></Abstract></BookDocument></PubmedBookArticle></PubmedArticleSet>"""
    )
    assert (document.title, document.journal, document.published) == ("The chapter", "The book", "2009")
    assert (document.authors, document.doi, document.publication_types) == (("Author",), "10.1234/book", ("Review",))
    assert document.status is DocumentStatus.OK


def test_deletions_are_documents_of_that_status():
    found = items(
        '<PubmedArticleSet><DeleteCitation><PMID Version="1">1</PMID>'
        '<PMID Version="2">2</PMID></DeleteCitation></PubmedArticleSet>'
    )
    assert [(item.key, item.version, item.status) for item in found] == [
        ("pmid:1", 1, DocumentStatus.DELETED),
        ("pmid:2", 2, DocumentStatus.DELETED),
    ]


def test_a_medline_citation_set():
    citation = article("<ArticleTitle>T</ArticleTitle>").removeprefix("<PubmedArticle>").removesuffix("</PubmedArticle>")
    (item,) = items(f"<MedlineCitationSet>{citation}</MedlineCitationSet>")
    assert item.key == "pmid:7"


GOOD = article("<ArticleTitle>Good</ArticleTitle>")


@pytest.mark.parametrize(
    ("bad", "line", "reason"),
    [
        ("<PubmedArticle>\n<oops></PubmedArticle>", 3, "not well-formed"),
        ("<PubmedArticle>\nwrong</PubmedArticle>", 2, "without MedlineCitation"),
        ("<PubmedArticle/>", 2, "without MedlineCitation"),
        ("<PubmedArticle>", 3, "not well-formed"),
        ("wrong</PubmedArticle>", 2, "without its start tag"),
        (GOOD.replace('<PMID Version="1">7</PMID>', ""), 2, "no PMID"),
        (GOOD.replace(">7<", ">seven<"), 2, "no PMID"),
        (GOOD.replace("Good", "&nonsense;"), 2, "not well-formed"),
        (GOOD.replace("Good", "x" * 300), 2, "exceeds the limit"),
        (GOOD.replace("Good", "x" * 3000), 2, "exceeds the limit"),
    ],
)
def test_one_broken_record_loses_no_other(bad, line, reason):
    found = items(f"<PubmedArticleSet>\n{bad}\n{GOOD}</PubmedArticleSet>", limits=Limits(record_bytes=2000, field_chars=200))
    faults = [item for item in found if isinstance(item, SourceFault)]
    assert [item.title for item in found if isinstance(item, Document)] == ["Good"]
    assert len(faults) == 1
    assert faults[0].place == f"f.xml:{line}"
    assert reason in faults[0].reason


def test_a_file_that_stops_between_two_records_says_so():
    *before, last = items(f"<PubmedArticleSet>\n{GOOD}\n")
    assert [item.title for item in before] == ["Good"]
    assert "ends before </PubmedArticleSet>" in last.reason


def test_a_record_in_a_comment_is_none():
    assert len(items(f"<PubmedArticleSet><!-- {GOOD} -->{GOOD}</PubmedArticleSet>")) == 1
